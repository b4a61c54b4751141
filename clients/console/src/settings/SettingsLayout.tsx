import { Link, Outlet } from "@tanstack/react-router";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import "./settings.css";

/** The pages of the settings, and which of them is open. */
export function SettingsLayout() {
	const { at, workspace } = useWorkspace();
	const pages = [
		["/w/$workspace/settings/workspaces", "Workspaces"],
		["/w/$workspace/settings/members", "Members"],
		["/w/$workspace/settings/tokens", "Tokens"],
		...(may(workspace.role, "admin") ? ([["/w/$workspace/settings/audit", "Audit"]] as const) : []),
	] as const;
	return (
		<>
			<div className="page-head">
				<h1>Settings</h1>
			</div>
			<nav className="settings-tabs" aria-label="Settings">
				{pages.map(([to, label]) => (
					<Link key={to} to={to} params={{ workspace: at }} activeProps={{ className: "active", "aria-current": "page" }}>
						{label}
					</Link>
				))}
			</nav>
			<Outlet />
		</>
	);
}
