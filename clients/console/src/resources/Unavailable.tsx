import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useWorkspace } from "../shell/WorkspaceContext";
import { Problem } from "../ui/Problem";
import { type ResourceType, WORDS } from "./model";

/** A connector or flow that can't be shown: why, and the way to those that can. */
export function Unavailable({ type, error }: { type: ResourceType; error: unknown }) {
	const { at } = useWorkspace();
	return (
		<Problem
			error={error}
			action={
				<Link to={`/w/$workspace/${WORDS[type].path}`} params={{ workspace: at }}>
					<Button tabIndex={-1}>All {WORDS[type].many}</Button>
				</Link>
			}
		/>
	);
}
