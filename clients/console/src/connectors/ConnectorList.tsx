import { getRouteApi } from "@tanstack/react-router";
import { ResourceTable } from "../resources/ResourceTable";

const route = getRouteApi("/w/$workspace/connectors");

export function ConnectorList() {
	return <ResourceTable type="connector" search={route.useSearch()} />;
}
