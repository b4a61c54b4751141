import { ApartmentOutlined, ApiOutlined, LineChartOutlined, SettingOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Drawer } from "antd";
import { useWorkspace } from "./WorkspaceContext";

const ITEMS = [
	{ to: "/w/$workspace/connectors", label: "Connectors", icon: <ApiOutlined /> },
	{ to: "/w/$workspace/flows", label: "Flows", icon: <ApartmentOutlined /> },
	{ to: "/w/$workspace/runs", label: "Runs", icon: <LineChartOutlined /> },
	{ to: "/w/$workspace/settings", label: "Settings", icon: <SettingOutlined /> },
] as const;

/** Beside the page, and on a narrow screen behind the menu button. */
export function Navigation({ drawer, onClose }: { drawer: boolean; onClose(): void }) {
	return (
		<>
			<nav className="navigation" aria-label="Workspace">
				<Items />
			</nav>
			<Drawer open={drawer} onClose={onClose} placement="left" width={260} title="Menu" aria-label="Menu" className="navigation-drawer">
				<nav aria-label="Workspace menu">
					<Items onClick={onClose} />
				</nav>
			</Drawer>
		</>
	);
}

function Items({ onClick }: { onClick?(): void }) {
	const { at } = useWorkspace();
	return (
		<ul>
			{ITEMS.map(({ to, label, icon }) => (
				<li key={to}>
					<Link to={to} params={{ workspace: at }} onClick={onClick} activeProps={{ className: "active", "aria-current": "page" }}>
						{icon}
						{label}
					</Link>
				</li>
			))}
		</ul>
	);
}
