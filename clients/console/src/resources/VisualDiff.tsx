import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import type { JsonObject } from "../api/json";
import { useWorkspace } from "../shell/WorkspaceContext";
import { lazily } from "../ui/lazily";
import { keysOf, useResource } from "./ResourceContext";

const GraphDiff = lazily(() => import("../flows/GraphDiff"), <Skeleton.Node active style={{ width: "100%", height: 320 }} />);

/** The graph with what was added, removed and changed marked on it. */
export function VisualDiff({ after }: { after: JsonObject }) {
	const active = useActive();
	return active ? <GraphDiff before={active} after={after} /> : null;
}

/** What is published now, if anything is. */
export function useActive(): JsonObject | undefined {
	const { api, type, slug, draft } = useResource();
	const { workspace } = useWorkspace();
	const active = useQuery({
		queryKey: [...keysOf(workspace.id, type, slug).all, "version", draft.activeVersion],
		queryFn: () => api.version(slug, draft.activeVersion),
		enabled: draft.activeVersion > 0,
	});
	return active.data;
}
