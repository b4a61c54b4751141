import { CloudUploadOutlined, CodeOutlined, DesktopOutlined, RollbackOutlined, SaveOutlined } from "@ant-design/icons";
import { Tag } from "antd";

const SOURCES: Record<string, { label: string; color: string; icon: React.ReactNode }> = {
	"designer-publish": { label: "console publish", color: "geekblue", icon: <DesktopOutlined /> },
	"cli-publish": { label: "cli publish", color: "green", icon: <CloudUploadOutlined /> },
	"cli-apply": { label: "cli apply", color: "cyan", icon: <CodeOutlined /> },
	"designer-draft": { label: "console draft", color: "default", icon: <SaveOutlined /> },
	rollback: { label: "rollback", color: "orange", icon: <RollbackOutlined /> },
};

/** What wrote a version: its source, and for a rollback from where. */
export function SourceBadge({ source, surface }: { source: string; surface?: string }) {
	const words = SOURCES[source] ?? { label: source, color: "default", icon: null };
	const from = source === "rollback" && surface ? ` · ${surface === "cli" ? "cli" : "console"}` : "";
	const agent = surface === "agent" ? " · agent" : "";
	return (
		<Tag color={words.color} icon={words.icon} className="source" title={source}>
			{words.label}
			{from}
			{agent}
		</Tag>
	);
}

/** A run's badge, as the API has it: cli, console, cli·draft or console·draft. */
export function RunBadge({ badge }: { badge: string }) {
	return (
		<Tag color={badge.startsWith("cli") ? "green" : "geekblue"} bordered={!badge.endsWith("draft")} className="source">
			{badge}
		</Tag>
	);
}
