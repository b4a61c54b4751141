import type { RunsSearch } from "../routes";

export type Range = NonNullable<RunsSearch["range"]>;
export const RANGES: Record<Range, { label: string; hours: number }> = {
	"1h": { label: "1 hour", hours: 1 },
	"24h": { label: "24 hours", hours: 24 },
	"7d": { label: "7 days", hours: 7 * 24 },
	"30d": { label: "30 days", hours: 30 * 24 },
};

/** The moment that a range begins, to the minute, so that the same question is not asked anew at each look. */
export function startOf(range: Range, now: number): string {
	const minute = 60_000;
	return new Date(Math.floor(now / minute) * minute - RANGES[range].hours * 3_600_000).toISOString();
}

export function duration(us: number): string {
	if (us < 1000) return `${us} µs`;
	if (us < 1_000_000) return `${(us / 1000).toFixed(us < 10_000 ? 2 : 1)} ms`;
	return `${(us / 1_000_000).toFixed(2)} s`;
}
