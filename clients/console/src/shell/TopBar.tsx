import { LogoutOutlined, MenuOutlined, MoonOutlined, SunOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { App, Button, Dropdown, Select, Tooltip } from "antd";
import { answer, connect } from "../api/client";
import { ApiProblem } from "../api/problem";
import { Initials, initialsOf } from "../ui/Initials";
import { forgetKept } from "../ui/kept";
import { mayLeave } from "../ui/useLeaveGuard";
import { Logo } from "./Logo";
import { EnvironmentMark, GovernanceMark } from "./Marks";
import { useThemeMode } from "./theme";
import { useWorkspace } from "./WorkspaceContext";
import { addressOf } from "./workspaces";

export function TopBar({ onMenu }: { onMenu(): void }) {
	const { workspace, at } = useWorkspace();
	const production = workspace.environmentKind === "Production";
	return (
		<header className={production ? "top-bar production" : "top-bar"}>
			<Button className="menu-button" type="text" icon={<MenuOutlined />} aria-label="Open the menu" onClick={onMenu} />
			<Link to="/w/$workspace/connectors" params={{ workspace: at }} className="home">
				<Logo />
			</Link>
			<Switcher />
			<div className="marks">
				<EnvironmentMark kind={workspace.environmentKind} />
				<GovernanceMark mode={workspace.governanceMode} />
			</div>
			<span className="spacer" />
			<ThemeButton />
			<UserMenu />
		</header>
	);
}

function Switcher() {
	const { me, at } = useWorkspace();
	const navigate = useNavigate();
	const options = me.workspaces.map((workspace) => ({
		value: addressOf(workspace, me.workspaces),
		label: workspace.name,
		kind: workspace.environmentKind,
		slug: workspace.slug,
	}));
	return (
		<Select
			className="switcher"
			aria-label="Workspace"
			value={at}
			options={options}
			showSearch
			optionFilterProp="label"
			popupMatchSelectWidth={260}
			onChange={(workspace) => navigate({ to: "/w/$workspace/connectors", params: { workspace } })}
			optionRender={({ data }) => (
				<span className="row">
					<span>
						{data.label} <small>{data.slug}</small>
					</span>
					<EnvironmentMark kind={data.kind} />
				</span>
			)}
		/>
	);
}

function ThemeButton() {
	const { mode, toggle } = useThemeMode();
	const label = mode === "dark" ? "Use the light theme" : "Use the dark theme";
	return (
		<Tooltip title={label}>
			<Button type="text" aria-label={label} icon={mode === "dark" ? <SunOutlined /> : <MoonOutlined />} onClick={toggle} />
		</Tooltip>
	);
}

function UserMenu() {
	const { me, workspace } = useWorkspace();
	const queries = useQueryClient();
	const navigate = useNavigate();
	const { notification } = App.useApp();
	const signOut = useMutation({
		mutationFn: () => answer(connect().POST("/auth/logout") as Promise<{ response: Response }>),
		onSuccess: () => {
			queries.clear();
			forgetKept();
			navigate({ to: "/sign-in", ignoreBlocker: true });
		},
		onError: (error) => {
			const problem = ApiProblem.of(error);
			notification.error({ message: problem.title, description: problem.detail, role: "alert" });
		},
	});
	// Once the session is over nothing can be saved any more.
	const leave = async () => {
		if (await mayLeave()) signOut.mutate();
	};
	const email = me.user?.email ?? "";
	return (
		<Dropdown
			trigger={["click"]}
			menu={{
				items: [
					{ key: "who", type: "group", label: `${email} · ${workspace.role ?? "no role"}` },
					{ key: "out", icon: <LogoutOutlined />, label: "Sign out", onClick: leave },
				],
			}}
		>
			<Button type="text" aria-label={`${initialsOf(email)}: account of ${email}`} className="account">
				<Initials email={email} />
			</Button>
		</Dropdown>
	);
}
