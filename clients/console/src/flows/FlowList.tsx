import { getRouteApi } from "@tanstack/react-router";
import { Tag, Tooltip } from "antd";
import { ResourceTable } from "../resources/ResourceTable";
import { useWorkspace } from "../shell/WorkspaceContext";

const route = getRouteApi("/w/$workspace/flows");

export function FlowList() {
	return <ResourceTable type="flow" search={route.useSearch()} badges={(flow) => flow.divergedFromGit && <Diverged />} />;
}

/** What is live was published from the console after the last commit that published it. */
export function Diverged() {
	const { workspace } = useWorkspace();
	const branch = workspace.gitBranch ?? "main";
	return (
		<Tooltip title={`The live version has no matching commit on ${branch}. Run fcc pull and commit it.`}>
			<Tag color="volcano" style={{ margin: 0 }} data-testid="diverged">
				diverged from {branch}
			</Tag>
		</Tooltip>
	);
}
