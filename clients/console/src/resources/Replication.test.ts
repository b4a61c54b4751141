import { expect, test } from "vitest";
import { replicationWords } from "./Replication";

const now = new Date(2026, 4, 7, 15).getTime();
const at = (day: number) => new Date(2026, 4, day, 14, 2, 11).toISOString();
const there = { inSync: true, replicatedAtUtc: at(7), lagMs: 300 };
const coming = { inSync: false, replicatedAtUtc: null, lagMs: null };

test("what workers can read says since when", () => {
	expect(replicationWords(there, false, null, now).words).toBe("readable by workers since 14:02:11, 0.3 s after publish");
});

test("a time of another day has its date", () => {
	expect(replicationWords({ ...there, replicatedAtUtc: at(5) }, false, null, now).words).toContain("since 5 May 2026, 14:02:11");
});

test("what is archived is not said to be readable", () => {
	expect(replicationWords(there, true, null, now).words).toBe("withdrawn from workers since 14:02:11, 0.3 s after it was archived");
});

test("what takes long, or was given up, says so instead of being on its way for ever", () => {
	expect(replicationWords(coming, false, null, now).words).toBe("on its way to workers");
	expect(replicationWords(coming, false, "late", now).words).toContain("longer than usual");
	expect(replicationWords(coming, false, { attempts: 12, lastError: "throttled" }, now).words).toBe(
		"did not reach workers, given up after 12 attempts: throttled. An admin can send it again.",
	);
});
