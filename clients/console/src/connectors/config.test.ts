import { expect, test, vi } from "vitest";
import { ApiProblem } from "../api/problem";
import type { Draft } from "../resources/model";
import { eventFlowsOf, NAME, PartChanged, partOf, savePart } from "./config";
import { fault } from "./rows";

const draft = (settings: Draft["document"], etag: string) => ({ document: { settings, entities: {} }, etag }) as unknown as Draft;
const changed = new ApiProblem("precondition_failed", 412, "Changed", "");

const SETTINGS = { kind: "settings" } as const;
const BEGUN = { value: { a: 1 }, etag: "e1" };

test("a part is written onto a newer draft where the part itself is as it was", async () => {
	const put = vi
		.fn()
		.mockRejectedValueOnce(changed)
		.mockResolvedValueOnce(draft({ a: 2 }, "e3"));
	await savePart(put, async () => draft({ a: 1 }, "e2"), SETTINGS, BEGUN, { a: 2 });
	expect(put.mock.calls).toEqual([["e1"], ["e2"]]);
});

test("a part that somebody else changed is not overwritten", async () => {
	const put = vi.fn().mockRejectedValue(changed);
	const saving = savePart(put, async () => draft({ a: 9 }, "e2"), SETTINGS, BEGUN, { a: 2 });
	await expect(saving).rejects.toBeInstanceOf(PartChanged);
	expect(put).toHaveBeenCalledTimes(1);
});

test("a part that an earlier try has written, although its answer was lost, counts as saved", async () => {
	const put = vi.fn().mockRejectedValue(changed);
	const saved = await savePart(put, async () => draft({ a: 2 }, "e2"), SETTINGS, BEGUN, { a: 2 });
	expect(saved.etag).toBe("e2");
	expect(put).toHaveBeenCalledTimes(1);
});

test("a name that every object has is no entity", () => {
	expect(partOf({ entities: {} }, { kind: "entity", name: "constructor" })).toBeUndefined();
});

test("any other refusal is passed on", async () => {
	const put = vi.fn().mockRejectedValue(new ApiProblem("schema_violation", 422, "No", ""));
	await expect(savePart(put, async () => draft({}, "e2"), SETTINGS, BEGUN, {})).rejects.toMatchObject({
		code: "schema_violation",
	});
});

test("names follow the schema's pattern", () => {
	for (const good of ["contact", "order.created", "a:b-c_1"]) expect(NAME.test(good), good).toBe(true);
	for (const bad of ["", ".", "..", "a b", "a/b", "x".repeat(129)]) expect(NAME.test(bad), bad).toBe(false);
});

test("rows with a missing, double or wrong name can't be saved", () => {
	expect(fault([{ name: "a" }, { name: "b" }], NAME)).toBeUndefined();
	expect(fault([{ name: "" }], NAME)).toContain("no name");
	expect(fault([{ name: "a" }, { name: "a" }], NAME)).toContain("twice");
	expect(fault([{ name: "a b" }], NAME)).toContain("can't be a name");
	expect(fault([{ name: "a b" }], null)).toBeUndefined();
});

test("event flows are grouped by source", () => {
	const sources = eventFlowsOf({ event_flows: { shop: { a: { entity: "x" }, b: {} }, crm: {} } });
	expect([...sources].map(([source, flows]) => [source, flows.map(({ type }) => type)])).toEqual([
		["shop", ["a", "b"]],
		["crm", []],
	]);
});
