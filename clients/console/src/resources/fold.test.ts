import { expect, test } from "vitest";
import { fold } from "./fold";
import type { Snapshot } from "./model";

const saved = (snapshot: number, change: Partial<Snapshot> = {}): Snapshot => ({
	snapshot,
	source: "designer-draft",
	surface: "designer",
	actorKind: "human",
	email: "a@example.com",
	isCurrent: false,
	archived: false,
	digest: "",
	createdAt: "",
	...change,
});

test("neighbouring autosaves of one person become one row", () => {
	const folds = fold([saved(5), saved(4), saved(3, { email: "b@example.com" }), saved(2), saved(1)]);
	expect(folds.map(({ newest, earlier }) => [newest.snapshot, earlier.length])).toEqual([
		[5, 1],
		[3, 0],
		[2, 1],
	]);
});

test("what was published, applied, restored or noted keeps its own row", () => {
	const own = [
		saved(6),
		saved(5, { version: 2, source: "designer-publish" }),
		saved(4, { source: "cli-apply" }),
		saved(3, { restoredFrom: 1 }),
		saved(2, { note: "why" }),
		saved(1),
	];
	expect(fold(own)).toHaveLength(6);
});
