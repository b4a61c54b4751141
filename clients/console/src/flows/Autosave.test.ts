import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiProblem } from "../api/problem";
import type { Draft } from "../resources/model";
import { Autosave, type SaveState } from "./Autosave";

const draft = (document: Draft["document"], etag: string): Draft => ({
	document,
	etag,
	baseVersion: 1,
	activeVersion: 1,
	hasUnpublishedChanges: true,
	updatedAt: "",
	findings: [],
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function saver(put: (document: Draft["document"], etag: string) => Promise<Draft>, newest = async () => draft({ theirs: 1 }, "e9")) {
	const states: SaveState["kind"][] = [];
	const spy = vi.fn(put);
	const autosave = new Autosave({ a: 0 }, "e0", {
		put: spy,
		newest,
		onState: (state) => states.push(state.kind),
		onSaved: () => {},
		delay: 500,
	});
	return { autosave, put: spy, states };
}

test("only the last of many changes is saved, once it is quiet", async () => {
	const { autosave, put } = saver(async (document) => draft(document, "e1"));
	autosave.change({ a: 1 });
	await vi.advanceTimersByTimeAsync(400);
	autosave.change({ a: 2 });
	await vi.advanceTimersByTimeAsync(400);
	expect(put).not.toHaveBeenCalled();
	await vi.advanceTimersByTimeAsync(200);
	expect(put.mock.calls).toEqual([[{ a: 2 }, "e0"]]);
	expect(autosave.dirty).toBe(false);
});

test("what is stored already is not saved, nor is what was undone", async () => {
	const { autosave, put, states } = saver(async (document) => draft(document, "e1"));
	autosave.change({ a: 0 });
	autosave.change({ a: 1 });
	autosave.change({ a: 0 });
	await vi.advanceTimersByTimeAsync(1000);
	expect(put).not.toHaveBeenCalled();
	expect(states.at(-1)).toBe("saved");
});

test("what changes during a save is saved after it, on top of it", async () => {
	const answers: ((draft: Draft) => void)[] = [];
	const { autosave, put } = saver(() => new Promise((answer) => answers.push(answer)));
	autosave.change({ a: 1 });
	const flushed = autosave.flush();
	autosave.change({ a: 2 });
	expect(put).toHaveBeenCalledTimes(1);
	answers[0]?.(draft({ a: 1 }, "e1"));
	await vi.advanceTimersByTimeAsync(600);
	expect(put.mock.calls[1]).toEqual([{ a: 2 }, "e1"]);
	answers[1]?.(draft({ a: 2 }, "e2"));
	await flushed;
	expect(autosave.dirty).toBe(false);
});

test("somebody else's change stops it: nothing is overwritten until one decides, and then it is", async () => {
	let refuse = true;
	const { autosave, put, states } = saver(async (document) => {
		if (refuse) throw new ApiProblem("precondition_failed", 412, "Changed", "");
		return draft(document, "e10");
	});
	autosave.change({ a: 1 });
	await vi.advanceTimersByTimeAsync(600);
	expect(states.at(-1)).toBe("changed");
	autosave.change({ a: 2 });
	await vi.advanceTimersByTimeAsync(5000);
	expect(put).toHaveBeenCalledTimes(1);
	refuse = false;
	await autosave.keepMine();
	expect(put.mock.calls[1]).toEqual([{ a: 2 }, "e9"]);
	expect(states.at(-1)).toBe("saved");
});

test("taking theirs drops what was drawn", async () => {
	const { autosave, put } = saver(async () => {
		throw new ApiProblem("precondition_failed", 412, "Changed", "");
	});
	autosave.change({ a: 1 });
	await vi.advanceTimersByTimeAsync(600);
	expect(autosave.takeTheirs()?.document).toEqual({ theirs: 1 });
	expect(autosave.dirty).toBe(false);
	await autosave.flush();
	expect(put).toHaveBeenCalledTimes(1);
});

test("a failed save keeps what was drawn, and saves it when asked again", async () => {
	let reachable = false;
	const { autosave, states, put } = saver(async (document) => {
		if (!reachable) throw ApiProblem.unreachable(new TypeError());
		return draft(document, "e1");
	});
	autosave.change({ a: 1 });
	expect(await autosave.flush()).toBe(false);
	expect(states.at(-1)).toBe("failed");
	expect(autosave.dirty).toBe(true);
	reachable = true;
	expect(await autosave.flush()).toBe(true);
	expect(put).toHaveBeenLastCalledWith({ a: 1 }, "e0");
	expect(states.at(-1)).toBe("saved");
});

test("a save that was done although its answer was lost is no conflict with oneself", async () => {
	let stored = draft({ a: 0 }, "e0");
	const { autosave, states } = saver(
		async (document, etag) => {
			if (etag !== stored.etag) throw new ApiProblem("precondition_failed", 412, "Changed", "");
			stored = draft(document, "e1");
			throw ApiProblem.unreachable(new TypeError());
		},
		async () => stored,
	);
	autosave.change({ a: 1 });
	expect(await autosave.flush()).toBe(false);
	expect(await autosave.flush()).toBe(true);
	expect(states.at(-1)).toBe("saved");
});
