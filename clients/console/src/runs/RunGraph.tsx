import { DecisionGraph, type Simulation } from "@gorules/jdm-editor";
import { useMemo } from "react";
import type { JsonObject } from "../api/json";
import { graphOf } from "../flows/graph";
import { fit, Jdm } from "../flows/jdm";

/** The graph, with what each node made of what it got; nodes open to show which rows matched. */
export default function RunGraph(props: {
	graph: JsonObject;
	trace: Record<string, unknown>;
	result: unknown;
	failedNode?: string | null;
}) {
	const { graph, trace, result, failedNode } = props;
	const value = useMemo(() => graphOf(graph), [graph]);
	const simulation = useMemo(() => {
		const ran = { performance: "", result, trace, snapshot: value };
		return {
			result: ran,
			error: failedNode ? { title: "It failed here", message: "", data: { nodeId: failedNode } } : undefined,
		} as Simulation;
	}, [trace, result, value, failedNode]);
	return (
		<div className="run-graph panel" data-testid="run-graph">
			<Jdm>
				<DecisionGraph value={value} disabled hideLeftToolbar simulate={simulation} onReactFlowInit={fit} />
			</Jdm>
		</div>
	);
}
