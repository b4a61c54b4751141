import { isObject, type Json, type JsonObject } from "../api/json";

/**
 * A path within a node, in words: `rule 4 › Fee`. The designer names rules and columns by UUIDs, which tell people nothing. `nodes` are the
 * node as each of the documents has it, the one that counts first: a rule that is removed is in an older one only.
 */
export function withinNode(rest: string[], nodes: JsonObject[]): string[] {
	const [content, list, item, ...more] = rest;
	if (content !== "content" || list === undefined || !item?.startsWith("@")) return rest.map(plain);
	const found = nodes.map((node) => itemOf(node, list, item.slice(1))).find((one) => one !== null);
	const name = found && list !== "rules" ? (found.value.name ?? found.value.key) : null;
	const word = `${list.replace(/s$/, "")} ${typeof name === "string" && name ? name : found ? found.at + 1 : item.slice(1)}`;
	return [word, ...more.map((part) => (list === "rules" ? columnName(nodes, part) : plain(part)))];
}

/** A rule's cells under the names of their columns. */
export function ruleInWords(rest: string[], value: unknown, nodes: JsonObject[]): unknown {
	if (rest[1] !== "rules" || rest.length !== 3 || !isObject(value)) return value;
	const cells = Object.entries(value).filter(([name]) => name !== "_id");
	return Object.fromEntries(cells.map(([name, cell]) => [columnName(nodes, name), cell]));
}

function itemOf(node: JsonObject, list: string, id: string): { value: JsonObject; at: number } | null {
	const items = itemsOf(node, list);
	const at = items.findIndex((one) => one.id === id || one._id === id);
	const value = items[at];
	return value ? { value, at } : null;
}

function itemsOf(node: JsonObject, list: string): JsonObject[] {
	const items: Json | undefined = isObject(node.content) ? node.content[list] : undefined;
	return Array.isArray(items) ? items.filter(isObject) : [];
}

function columnName(nodes: JsonObject[], id: string): string {
	const columns = nodes.flatMap((node) => [...itemsOf(node, "inputs"), ...itemsOf(node, "outputs")]);
	const name = columns.find((column) => column.id === id)?.name;
	return typeof name === "string" && name ? name : plain(id);
}

function plain(part: string): string {
	return part.replace(/^@/, "");
}
