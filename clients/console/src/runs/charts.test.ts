import { expect, test } from "vitest";
import { line, niceTop } from "./Charts";
import { duration, startOf } from "./range";
import { nodesOf } from "./TraceList";

const bucket = (p50Us: number | null) => ({ from: "", succeeded: 0, failed: 0, p50Us, p95Us: null, p99Us: null });

test("a scale ends at 1, 2 or 5 times a power of ten", () => {
	expect([0, 1, 3, 7, 12, 180, 4600].map(niceTop)).toEqual([1, 1, 5, 10, 20, 200, 5000]);
});

test("a line has a gap where nothing ran", () => {
	const path = line([bucket(10), bucket(20), bucket(null), bucket(5)], "p50Us", 20);
	expect(path.match(/[ML]/g)).toEqual(["M", "L", "M"]);
});

test("durations are told in the unit that fits", () => {
	expect([172, 1500, 25_000, 2_500_000].map(duration)).toEqual(["172 µs", "1.50 ms", "25.0 ms", "2.50 s"]);
});

test("a range begins at a full minute", () => {
	expect(startOf("1h", Date.parse("2026-01-01T12:34:56.789Z"))).toBe("2026-01-01T11:34:00.000Z");
});

test("a trace is told in the order in which its nodes ran", () => {
	const trace = { b: { id: "b", name: "Second", order: 1 }, a: { id: "a", name: "First", order: 0 } };
	expect(nodesOf(trace).map(({ name }) => name)).toEqual(["First", "Second"]);
	expect(nodesOf({ truncated: true, bytes: 1, digest: "" })).toEqual([]);
	expect(nodesOf(null)).toEqual([]);
});
