import { RobotOutlined } from "@ant-design/icons";
import { Tooltip } from "antd";

/** Dark enough for white letters, light enough to be told apart. */
const COLOURS = ["#1d39c4", "#531dab", "#9e1068", "#a8071a", "#ad4e00", "#876800", "#3f6600", "#006d75", "#0050b3", "#434343"];

export function initialsOf(email: string): string {
	const words = (email.split("@")[0] ?? "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
	const letters = words.length > 1 ? `${words[0]?.[0]}${words[1]?.[0]}` : (words[0] ?? "?").slice(0, 2);
	return letters.toUpperCase();
}

/** The same person has the same colour everywhere. */
export function colourOf(email: string): string {
	let hash = 0;
	for (const letter of email.toLowerCase()) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
	return COLOURS[hash % COLOURS.length] ?? "#434343";
}

/** Who did it, as a coloured chip; the e-mail is in its tooltip and label. */
export function Initials({ email, agent }: { email?: string | null; agent?: boolean }) {
	const who = email ?? "unknown";
	return (
		<Tooltip title={agent ? `${who} (AI agent)` : who}>
			<span className="initials" role="img" aria-label={agent ? `${who}, an AI agent` : who} style={{ background: colourOf(who) }}>
				{agent ? <RobotOutlined aria-hidden /> : initialsOf(who)}
			</span>
		</Tooltip>
	);
}
