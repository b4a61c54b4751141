import { getRouteApi, Outlet, useNavigate } from "@tanstack/react-router";
import { Skeleton, Tabs } from "antd";
import { isObject } from "../api/json";
import { Banners } from "../resources/Banners";
import { partsOf } from "../resources/diff";
import { Findings } from "../resources/Findings";
import type { Finding } from "../resources/model";
import { ResourceProvider, useResource, useResourceQueries } from "../resources/ResourceContext";
import { ResourceHead } from "../resources/ResourceHead";
import { Unavailable } from "../resources/Unavailable";
import type { ConnectorSearch } from "../routes";
import { entitiesOf, eventFlowsOf } from "./config";
import { Entities } from "./Entities";
import { EventFlows } from "./EventFlows";
import { PartEditor } from "./PartEditor";
import { SettingsForm } from "./SettingsForm";
import "./connectors.css";

const route = getRouteApi("/w/$workspace/connectors/$slug");

/** A connector's workspace: its draft, part by part. */
export function ConnectorPage() {
	const { slug } = route.useParams();
	const { view, error } = useResourceQueries("connector", slug);
	if (error && !view) return <Unavailable type="connector" error={error} />;
	if (!view) return <Skeleton active />;
	return (
		<ResourceProvider value={view}>
			<ResourceHead />
			<Banners />
			<Parts />
			<Outlet />
		</ResourceProvider>
	);
}

function Parts() {
	const { draft } = useResource();
	const search = route.useSearch();
	const navigate = useNavigate();
	const go = (next: ConnectorSearch) => navigate({ to: ".", search: next as never });
	const config = draft.document;
	const flows = [...eventFlowsOf(config).values()].reduce((sum, types) => sum + types.length, 0);
	const settings = isObject(config.settings) ? Object.keys(config.settings).length : 0;
	const open = (finding: Finding) => go(whereIs(finding.path));
	return (
		<>
			{draft.findings.length > 0 && (
				<div className="stack tight" style={{ marginBottom: 16 }}>
					<Findings findings={draft.findings} onOpen={open} />
				</div>
			)}
			<Tabs
				activeKey={search.tab ?? "entities"}
				onChange={(tab) => go({ tab: tab === "entities" ? undefined : (tab as ConnectorSearch["tab"]) })}
				destroyInactiveTabPane
				items={[
					{
						key: "entities",
						label: `Entities (${Object.keys(entitiesOf(config)).length})`,
						children: <Entities open={search.open} onOpen={(open) => go({ open })} />,
					},
					{
						key: "flows",
						label: `Event flows (${flows})`,
						children: <EventFlows open={search.open} onOpen={(open) => go({ tab: "flows", open })} />,
					},
					{
						key: "settings",
						label: `Settings (${settings})`,
						children: <PartEditor place={{ kind: "settings" }} kind="settings" form={(props) => <SettingsForm {...props} />} />,
					},
					{ key: "json", label: "JSON", children: <PartEditor place={{ kind: "config" }} kind="config" height="65vh" /> },
				]}
			/>
		</>
	);
}

/** The part that a finding is about. */
export function whereIs(path: string): ConnectorSearch {
	const [first, second, third] = partsOf(path);
	if (first === "entities") return { open: second };
	if (first === "event_flows") return { tab: "flows", open: second && third ? `${second}/${third}` : undefined };
	return { tab: first === "settings" ? "settings" : "json" };
}
