import { BranchesOutlined } from "@ant-design/icons";
import { Tooltip } from "antd";
import { useWorkspace } from "../shell/WorkspaceContext";
import { commitUrl } from "./commit";

/** The short commit, linked to the workspace's repo where that is set. */
export function CommitLink({ commit, branch }: { commit?: string | null; branch?: string | null }) {
	const { workspace } = useWorkspace();
	if (!commit) return null;
	const url = commitUrl(workspace.gitRepoUrl, commit);
	const short = <code className="commit">{commit.slice(0, 7)}</code>;
	const title = branch ? `${commit} on ${branch}` : commit;
	return (
		<Tooltip title={title}>
			{url ? (
				<a href={url} target="_blank" rel="noreferrer" aria-label={`Commit ${commit.slice(0, 7)} in the repository`}>
					<BranchesOutlined aria-hidden /> {short}
				</a>
			) : (
				<span>
					<BranchesOutlined aria-hidden /> {short}
				</span>
			)}
		</Tooltip>
	);
}
