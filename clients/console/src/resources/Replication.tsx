import { CheckCircleOutlined, SyncOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Tooltip } from "antd";
import { answer } from "../api/client";
import { useWorkspace } from "../shell/WorkspaceContext";
import { clock } from "../ui/Ago";
import { keysOf, useResource } from "./ResourceContext";

/** Whether workers can read the active version yet, and since when. */
export function Replication() {
	const { type, slug, resource } = useResource();
	const { workspace, api } = useWorkspace();
	const status = useQuery({
		queryKey: [...keysOf(workspace.id, type, slug).all, "replica", resource.activeVersion],
		queryFn: () => answer(api.GET("/v1/replica/{type}/{id}", { params: { path: { type, id: resource.id } } })),
		enabled: resource.activeVersion > 0,
		refetchInterval: (query) => (query.state.data?.inSync ? 60_000 : 1_000),
	});
	const at = status.data;
	if (!at) return null;
	if (!at.inSync || !at.replicatedAtUtc) {
		return (
			<span role="status" data-testid="replication">
				<SyncOutlined spin aria-hidden /> on its way to workers
			</span>
		);
	}
	const lag = typeof at.lagMs === "number" ? `, ${seconds(at.lagMs)} after publish` : "";
	return (
		<Tooltip title={`Version ${at.replicaVersion} in the replica, epoch ${at.epoch}`}>
			<span role="status" data-testid="replication">
				<CheckCircleOutlined aria-hidden /> readable by workers since {clock(at.replicatedAtUtc)}
				{lag}
			</span>
		</Tooltip>
	);
}

export function seconds(milliseconds: number): string {
	if (milliseconds >= 120_000) return `${Math.round(milliseconds / 60_000)} min`;
	return milliseconds < 100 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}
