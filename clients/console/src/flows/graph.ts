import type { DecisionGraphType } from "@gorules/jdm-editor";
import type { JsonObject } from "../api/json";
import { nodeName, partsOf, within } from "../resources/diff";
import type { Finding } from "../resources/model";

/** What the editor draws; a draft may be half finished. */
export function graphOf(document: JsonObject): DecisionGraphType {
	return {
		nodes: Array.isArray(document.nodes) ? document.nodes : [],
		edges: Array.isArray(document.edges) ? document.edges : [],
	} as unknown as DecisionGraphType;
}

/** What is drawn, with whatever else the document holds. */
export function documentOf(graph: DecisionGraphType, stored: JsonObject): JsonObject {
	// By way of text: the editor hangs symbols and undefined members on its nodes.
	return { ...stored, ...(JSON.parse(JSON.stringify({ nodes: graph.nodes, edges: graph.edges })) as JsonObject) };
}

/** Where a finding is, for people: the node, then the rule and column, or the expression. */
export function placeOf(finding: Finding, document: JsonObject): string {
	const [first, second] = partsOf(finding.path);
	const inside = first === "nodes" && second?.startsWith("@") ? second.slice(1) : null;
	const node = finding.nodeId ?? inside;
	if (!node) return "";
	return [nodeName(node, [document]), inside && within(finding.path, [document])].filter(Boolean).join(" › ");
}
