import { useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { Spin } from "antd";
import { answer, connect } from "../api/client";
import { ApiProblem } from "../api/problem";
import { Problem } from "../ui/Problem";
import { addressOf, lastWorkspace } from "./workspaces";

/** On to the workspace that was open last. */
export function Home() {
	const me = useQuery({ queryKey: ["me"], queryFn: () => answer(connect().GET("/v1/me")) });
	if (me.error) return ApiProblem.of(me.error).code === "unauthorized" ? <Navigate to="/sign-in" /> : <Problem error={me.error} />;
	if (!me.data) return <Spin fullscreen />;
	const workspace = lastWorkspace(me.data.workspaces);
	if (!workspace) {
		return (
			<div className="nothing">
				<h1>You belong to no workspace yet</h1>
				<p>Ask an owner or admin to add you as a member.</p>
			</div>
		);
	}
	return <Navigate to="/w/$workspace/connectors" params={{ workspace: addressOf(workspace, me.data.workspaces) }} replace />;
}
