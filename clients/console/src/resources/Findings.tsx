import { Alert } from "antd";
import type { Finding } from "./model";

/** What blocks a publish, and what is only worth knowing. */
export function Findings({ findings, onOpen }: { findings: Finding[]; onOpen?(finding: Finding): void }) {
	const errors = findings.filter((finding) => finding.severity === "error");
	const warnings = findings.filter((finding) => finding.severity !== "error");
	return (
		<>
			{errors.length > 0 && (
				<List type="error" title={`${count(errors.length, "problem")} block publishing`} findings={errors} onOpen={onOpen} />
			)}
			{warnings.length > 0 && <List type="warning" title={count(warnings.length, "warning")} findings={warnings} onOpen={onOpen} />}
		</>
	);
}

function List({
	type,
	title,
	findings,
	onOpen,
}: {
	type: "error" | "warning";
	title: string;
	findings: Finding[];
	onOpen?(finding: Finding): void;
}) {
	return (
		<Alert
			type={type}
			showIcon
			message={title}
			description={
				<ul style={{ margin: 0, paddingLeft: 18, maxHeight: 180, overflowY: "auto" }}>
					{findings.map((finding) => (
						<li key={finding.path + finding.code + finding.message} className="wrap">
							{onOpen ? (
								<button type="button" className="as-link" onClick={() => onOpen(finding)}>
									{finding.message}
								</button>
							) : (
								finding.message
							)}{" "}
							<code>{finding.path}</code>
						</li>
					))}
				</ul>
			}
		/>
	);
}

export function count(number: number, noun: string): string {
	return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
