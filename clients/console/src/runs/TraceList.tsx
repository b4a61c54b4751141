import { Collapse } from "antd";
import { isObject, pretty } from "../api/json";

export interface NodeTrace {
	id: string;
	name: string;
	order: number;
	input: unknown;
	output: unknown;
	performance: string | null;
}

/** A trace's nodes in the order in which they ran. */
export function nodesOf(trace: unknown): NodeTrace[] {
	if (!isObject(trace) || trace.truncated === true) return [];
	return Object.entries(trace)
		.filter((entry) => isObject(entry[1]))
		.map(([id, node]) => {
			const one = node as Record<string, unknown>;
			return {
				id: typeof one.id === "string" ? one.id : id,
				name: typeof one.name === "string" && one.name ? one.name : id,
				order: typeof one.order === "number" ? one.order : 0,
				input: one.input,
				output: one.output,
				performance: typeof one.performance === "string" ? one.performance : null,
			};
		})
		.sort((a, b) => a.order - b.order);
}

export function TraceList({ trace }: { trace: unknown }) {
	const nodes = nodesOf(trace);
	if (isObject(trace) && trace.truncated === true) return <p className="muted">The trace was too large to be kept.</p>;
	if (nodes.length === 0) return <p className="muted">No trace was kept of this run. Evaluate with ?trace=true to keep one.</p>;
	return (
		<section aria-label="Trace, node by node" style={{ marginTop: 16 }}>
			<h2 style={{ fontSize: 16, marginBottom: 8 }}>Node by node</h2>
			<Collapse
				items={nodes.map((node, at) => ({
					key: node.id,
					label: `${at + 1}. ${node.name}`,
					extra: node.performance && <span className="muted">{node.performance}</span>,
					children: (
						<div className="charts" style={{ margin: 0 }}>
							<div>
								<small>Input</small>
								<pre className="document">{pretty(node.input)}</pre>
							</div>
							<div>
								<small>Output</small>
								<pre className="document">{pretty(node.output)}</pre>
							</div>
						</div>
					),
				}))}
			/>
		</section>
	);
}
