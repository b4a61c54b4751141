import { equal, isObject, type Json, type JsonObject } from "../api/json";
import type { Change } from "./model";
import { ruleInWords, withinNode } from "./nodes";

/** A JSON Pointer's parts; an item of an id-keyed array is `@<id>`. */
export function partsOf(path: string): string[] {
	return path === ""
		? []
		: path
				.slice(1)
				.split("/")
				.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function join(path: string, part: string): string {
	return `${path}/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/**
 * What differs between two documents, in the API's form: one change per highest path that exists on one side only, items of arrays matched
 * by `id` or `_id`. For previews of what is not stored yet; of what is, the API itself is asked.
 */
export function diffDocuments(before: unknown, after: unknown, path = ""): Change[] {
	if (equal(before, after)) return [];
	if (isObject(before) && isObject(after)) {
		const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
		return keys.flatMap((key) => diffMember(before, after, key, join(path, key)));
	}
	if (Array.isArray(before) && Array.isArray(after)) {
		const [old, now] = [byId(before), byId(after)];
		if (old && now) return diffItems(old, now, path);
	}
	return [{ path, op: "changed", before, after }];
}

function diffMember(before: Record<string, Json>, after: Record<string, Json>, key: string, path: string): Change[] {
	if (!Object.hasOwn(before, key)) return [{ path, op: "added", after: after[key] }];
	if (!Object.hasOwn(after, key)) return [{ path, op: "removed", before: before[key] }];
	return diffDocuments(before[key], after[key], path);
}

function diffItems(before: Map<string, Json>, after: Map<string, Json>, path: string): Change[] {
	const changes: Change[] = [];
	for (const id of new Set([...before.keys(), ...after.keys()])) {
		const at = `${path}/@${id.replaceAll("~", "~0").replaceAll("/", "~1")}`;
		if (!before.has(id)) changes.push({ path: at, op: "added", after: after.get(id) });
		else if (!after.has(id)) changes.push({ path: at, op: "removed", before: before.get(id) });
		else changes.push(...diffDocuments(before.get(id), after.get(id), at));
	}
	const [old, now] = [[...before.keys()].filter((id) => after.has(id)), [...after.keys()].filter((id) => before.has(id))];
	if (!equal(old, now)) changes.push({ path, op: "moved", before: [...before.keys()], after: [...after.keys()] });
	return changes;
}

/** Items by their ids, where every item has one and none repeats. */
function byId(items: Json[]): Map<string, Json> | null {
	for (const key of ["id", "_id"]) {
		const ids = items.map((item) => (isObject(item) && typeof item[key] === "string" ? (item[key] as string) : null));
		if (ids.every((id) => id !== null) && new Set(ids).size === ids.length)
			return new Map(ids.map((id, at) => [id as string, items[at] as Json]));
	}
	return null;
}

/** The part of a document at a path, or undefined. */
export function valueAt(document: unknown, path: string): unknown {
	let value = document;
	for (const part of partsOf(path)) {
		if (Array.isArray(value)) {
			const found: unknown = part.startsWith("@")
				? value.find((item) => isObject(item) && (item.id === part.slice(1) || item._id === part.slice(1)))
				: value[Number(part)];
			value = found;
		} else if (isObject(value)) value = Object.hasOwn(value, part) ? value[part] : undefined;
		else return undefined;
	}
	return value;
}

export interface ChangeGroup {
	title: string;
	changes: Change[];
}

/** Changes under the thing that they are a part of: an entity, an event flow, a node. */
export function groupChanges(changes: Change[], documents: unknown[]): ChangeGroup[] {
	const groups = new Map<string, Change[]>();
	for (const change of changes) {
		const title = titleOf(change.path, documents);
		groups.set(title, [...(groups.get(title) ?? []), change]);
	}
	return [...groups].map(([title, members]) => ({ title, changes: members }));
}

export function titleOf(path: string, documents: unknown[] = []): string {
	const [first, second, third] = partsOf(path);
	if (first === undefined) return "The whole document";
	if (first === "entities") return second === undefined ? "Entities" : `Entity ${second}`;
	if (first === "event_flows") return second === undefined ? "Event flows" : `Event flow ${[second, third].filter(Boolean).join(" / ")}`;
	if (first === "settings") return "Settings";
	if (first === "nodes" && second?.startsWith("@")) return `Node ${nodeName(second.slice(1), documents)}`;
	if (first === "nodes") return "Nodes";
	if (first === "edges") return "Edges";
	return first;
}

/** The path within its group, for people: `fields › email › type`, `rule 4 › Fee`, `Order → Fees`. */
export function within(path: string, documents: unknown[] = []): string {
	const parts = partsOf(path);
	const [first, second = ""] = parts;
	if (first === "nodes" && second.startsWith("@")) return withinNode(parts.slice(2), nodesAt(second.slice(1), documents)).join(" › ");
	if (first === "edges" && second.startsWith("@")) return edgeName(second.slice(1), documents);
	const skipped = first === "event_flows" ? 3 : first === "entities" ? 2 : 1;
	return parts.slice(skipped).join(" › ");
}

/** A value that stands at a path, for people. */
export function inWords(path: string, value: unknown, documents: unknown[]): unknown {
	const [first, second, ...rest] = partsOf(path);
	return first === "nodes" && second?.startsWith("@") ? ruleInWords(rest, value, nodesAt(second.slice(1), documents)) : value;
}

/** A node as each of the documents has it. */
function nodesAt(id: string, documents: unknown[]): JsonObject[] {
	return documents.map((document) => valueAt(document, pointer("nodes", `@${id}`))).filter(isObject);
}

export function nodeName(id: string, documents: unknown[]): string {
	const name = nodesAt(id, documents)[0]?.name;
	return typeof name === "string" && name ? name : id;
}

function edgeName(id: string, documents: unknown[]): string {
	const edge = documents.map((document) => valueAt(document, pointer("edges", `@${id}`))).find(isObject);
	if (!edge) return id;
	return `${nodeName(String(edge.sourceId), documents)} → ${nodeName(String(edge.targetId), documents)}`;
}

function pointer(...parts: string[]): string {
	return parts.reduce(join, "");
}
