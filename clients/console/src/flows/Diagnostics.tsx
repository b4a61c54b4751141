import { CloseCircleFilled, WarningFilled } from "@ant-design/icons";
import { Button, Popover } from "antd";
import type { JsonObject } from "../api/json";
import { count } from "../resources/Findings";
import type { Finding } from "../resources/model";
import { placeOf } from "./graph";

/** What is wrong with the graph, and where; a click goes to the node, or into its table. */
export function Diagnostics({ findings, document, onOpen }: { findings: Finding[]; document: JsonObject; onOpen(finding: Finding): void }) {
	const errors = findings.filter((finding) => finding.severity === "error").length;
	if (findings.length === 0) return <span className="muted">No problems</span>;
	const list = (
		<ul className="diagnostics">
			{findings.map((finding) => (
				<li key={finding.code + finding.path + finding.message}>
					{finding.severity === "error" ? (
						<CloseCircleFilled aria-label="Error" className="is-error" />
					) : (
						<WarningFilled aria-label="Warning" className="is-warning" />
					)}
					<span>
						<button type="button" className="as-link" onClick={() => onOpen(finding)}>
							{placeOf(finding, document) || "The graph"}
						</button>
						<br />
						{finding.message}
					</span>
				</li>
			))}
		</ul>
	);
	const words = [errors ? count(errors, "problem") : "", findings.length - errors ? count(findings.length - errors, "warning") : ""]
		.filter(Boolean)
		.join(", ");
	return (
		<Popover trigger="click" placement="bottom" content={list} title="Diagnostics">
			<Button size="small" danger={errors > 0} icon={errors ? <CloseCircleFilled /> : <WarningFilled />} data-testid="diagnostics">
				{words}
			</Button>
		</Popover>
	);
}
