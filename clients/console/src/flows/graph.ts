import type { DecisionGraphType } from "@gorules/jdm-editor";
import { isObject, type JsonObject } from "../api/json";
import { partsOf, valueAt } from "../resources/diff";
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
	const parts = partsOf(finding.path);
	const node = finding.nodeId ?? (parts[0] === "nodes" && parts[1]?.startsWith("@") ? parts[1].slice(1) : null);
	if (!node) return "";
	const found = valueAt(document, `/nodes/@${node}`);
	const words = [isObject(found) && typeof found.name === "string" && found.name ? found.name : node];
	const [, , , list, item, column] = parts;
	const content = isObject(found) && isObject(found.content) ? found.content : {};
	if (list && item?.startsWith("@")) {
		const items = Array.isArray(content[list]) ? content[list] : [];
		const at = items.findIndex((one) => isObject(one) && (one.id === item.slice(1) || one._id === item.slice(1)));
		words.push(list === "rules" ? `rule ${at + 1}` : `${list.replace(/s$/, "")} ${at + 1}`);
	}
	if (column) words.push(columnName(content, column));
	return words.join(" › ");
}

function columnName(content: JsonObject, id: string): string {
	for (const side of ["inputs", "outputs"]) {
		const columns = Array.isArray(content[side]) ? content[side] : [];
		const found = columns.find((column) => isObject(column) && column.id === id);
		if (isObject(found) && typeof found.name === "string") return found.name;
	}
	return id;
}
