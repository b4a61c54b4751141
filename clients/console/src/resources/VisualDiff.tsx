import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { lazy, Suspense } from "react";
import { useWorkspace } from "../shell/WorkspaceContext";
import { keysOf, useResource } from "./ResourceContext";

const GraphDiff = lazy(() => import("../flows/GraphDiff"));

/** The graph with what was added, removed and changed marked on it. */
export function VisualDiff() {
	const { api, type, slug, draft } = useResource();
	const { workspace } = useWorkspace();
	const active = useQuery({
		queryKey: [...keysOf(workspace.id, type, slug).all, "version", draft.activeVersion],
		queryFn: () => api.version(slug, draft.activeVersion),
		enabled: draft.activeVersion > 0,
	});
	if (draft.activeVersion === 0 || !active.data) return null;
	return (
		<Suspense fallback={<Skeleton.Node active style={{ width: "100%", height: 320 }} />}>
			<GraphDiff before={active.data} after={draft.document} />
		</Suspense>
	);
}
