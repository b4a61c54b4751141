import { calculateDiffGraph, DecisionGraph } from "@gorules/jdm-editor";
import { useMemo } from "react";
import type { JsonObject } from "../api/json";
import { graphOf } from "./graph";
import { fit, Jdm } from "./jdm";

/** The newer graph, with what was added, removed and changed marked on it. */
export default function GraphDiff({ before, after }: { before: JsonObject; after: JsonObject }) {
	const graph = useMemo(() => calculateDiffGraph(graphOf(after), graphOf(before)), [before, after]);
	return (
		<div className="graph-diff panel" data-testid="graph-diff">
			<Jdm>
				<DecisionGraph value={graph} disabled hideLeftToolbar onReactFlowInit={fit} />
			</Jdm>
		</div>
	);
}
