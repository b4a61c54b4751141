import { CodeOutlined, EditOutlined, SwapOutlined, WarningFilled } from "@ant-design/icons";
import { Tag, Tooltip } from "antd";

/** Production can't be taken for anything else: it has a colour, a sign and the word. */
export function EnvironmentMark({ kind }: { kind: string }) {
	const icon = kind === "Production" ? <WarningFilled aria-hidden /> : null;
	return (
		<span className={`environment ${kind.toLowerCase()}`} data-testid="environment">
			{icon}
			{kind}
		</span>
	);
}

export const MODES: Record<string, { icon: React.ReactNode; short: string; long: string; bestFor: string }> = {
	DesignerOnly: {
		icon: <EditOutlined />,
		short: "Only the console publishes.",
		long: "Console publishes only. fcc apply and fcc publish are refused; fcc pull still backs the workspace up into git as read-only.",
		bestFor: "Solo founders, no-code teams, demos",
	},
	CodeManaged: {
		icon: <CodeOutlined />,
		short: "Only the CLI publishes; drafts can be edited here.",
		long: "CLI publishes only. The console shows the draft and lets you edit it, but Publish is disabled. Every change goes through a pull request, and CI runs fcc publish after the merge.",
		bestFor: "Teams with PR review and CI/CD",
	},
	Hybrid: {
		icon: <SwapOutlined />,
		short: "The console and the CLI both publish.",
		long: "Both surfaces publish, with three-way merge and conflict detection. Changes from one can shadow the other: watch the recently-pulled banner, the diverged badge and fcc drift.",
		bestFor: "Speed of in-console fixes, with git history for the audit trail. The default.",
	},
};

export function GovernanceMark({ mode }: { mode: string }) {
	const words = MODES[mode];
	return (
		<Tooltip title={words?.short}>
			<Tag icon={words?.icon} className="governance" data-testid="governance">
				{mode}
			</Tag>
		</Tooltip>
	);
}
