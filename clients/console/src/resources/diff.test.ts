import { describe, expect, test } from "vitest";
import { diffDocuments, groupChanges, inWords, titleOf, valueAt, within } from "./diff";

describe("the structural diff", () => {
	test("equal documents differ in nothing, whatever the order of their keys", () => {
		expect(diffDocuments({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toEqual([]);
	});

	test("there is one change at the highest path that exists on one side only", () => {
		expect(diffDocuments({ entities: {} }, { entities: { deal: { fields: { id: 1 } } } })).toEqual([
			{ path: "/entities/deal", op: "added", after: { fields: { id: 1 } } },
		]);
		expect(diffDocuments({ a: { b: 1 } }, {})).toEqual([{ path: "/a", op: "removed", before: { b: 1 } }]);
	});

	test("names with slashes and tildes are escaped, and found again", () => {
		const [change] = diffDocuments({}, { "a/b~c": 1 });
		expect(change?.path).toBe("/a~1b~0c");
		expect(valueAt({ "a/b~c": 1 }, change?.path ?? "")).toBe(1);
	});

	test("items are matched by id, and a new order alone is a move", () => {
		const [a, b] = [
			{ _id: "a", x: 1 },
			{ _id: "b", x: 1 },
		];
		expect(diffDocuments({ rules: [a, b] }, { rules: [b, a] })).toEqual([
			{ path: "/rules", op: "moved", before: ["a", "b"], after: ["b", "a"] },
		]);
		expect(diffDocuments({ rules: [a, b] }, { rules: [a, { _id: "b", x: 2 }] })).toEqual([
			{ path: "/rules/@b/x", op: "changed", before: 1, after: 2 },
		]);
		expect(diffDocuments({ rules: [a] }, { rules: [b, a] })).toEqual([{ path: "/rules/@b", op: "added", after: b }]);
	});

	test("lists without ids change as a whole", () => {
		expect(diffDocuments({ key: ["id"] }, { key: ["id", "shop"] })).toEqual([
			{ path: "/key", op: "changed", before: ["id"], after: ["id", "shop"] },
		]);
	});

	test("what the designer names by UUIDs is told by its place and its column", () => {
		const [rule, column, edge] = ["a75b7753-70b0-4a2b-9a0e-0b1f4c4e2f10", "086d7257-5a9b-4a3e-8f3c-2d6a7b1c9e01", "e1"];
		const table = {
			inputs: [{ id: column, name: "Fee" }],
			outputs: [],
			rules: [{ _id: "first" }, { _id: rule, [column]: "21.5" }],
		};
		const now = {
			nodes: [
				{ id: "n1", name: "Fees", content: { ...table, rules: [{ _id: "first" }] } },
				{ id: "n2", name: "Response" },
			],
		};
		const old = { nodes: [{ id: "n1", name: "Fees", content: table }], edges: [{ id: edge, sourceId: "n1", targetId: "n2" }] };
		const at = `/nodes/@n1/content/rules/@${rule}`;
		expect(within(`${at}/${column}`, [now, old])).toBe("rule 2 › Fee");
		expect(within("/nodes/@n1/content/inputs/@086d7257-5a9b-4a3e-8f3c-2d6a7b1c9e01/name", [now])).toBe("input Fee › name");
		expect(within(`/edges/@${edge}`, [now, old])).toBe("Fees → Response");
		expect(inWords(at, { _id: rule, [column]: "21.5" }, [now])).toEqual({ Fee: "21.5" });
	});

	test("changes stand under what they are a part of", () => {
		const graph = { nodes: [{ id: "n1", name: "Fees" }] };
		expect(titleOf("/nodes/@n1/content/rules/@r7/fee", [graph])).toBe("Node Fees");
		expect(within("/nodes/@n1/content/rules/@r7/fee")).toBe("rule r7 › fee");
		expect(titleOf("/event_flows/shop/order.created/mapping/id")).toBe("Event flow shop / order.created");
		expect(within("/event_flows/shop/order.created/mapping/id")).toBe("mapping › id");
		expect(titleOf("")).toBe("The whole document");
		const groups = groupChanges(
			[
				{ path: "/entities/a/key", op: "added" },
				{ path: "/settings/x", op: "added" },
				{ path: "/entities/a/fields/b", op: "removed" },
			],
			[],
		);
		expect(groups.map(({ title, changes }) => [title, changes.length])).toEqual([
			["Entity a", 2],
			["Settings", 1],
		]);
	});
});
