import { useEffect, useState } from "react";

const STEPS: [limit: number, seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
	[60, 1, "second"],
	[3600, 60, "minute"],
	[86_400, 3600, "hour"],
	[30 * 86_400, 86_400, "day"],
	[365 * 86_400, 30 * 86_400, "month"],
	[Number.POSITIVE_INFINITY, 365 * 86_400, "year"],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });

export function ago(at: string, now: number): string {
	const seconds = Math.round((now - Date.parse(at)) / 1000);
	if (Math.abs(seconds) < 10) return "just now";
	const [, length, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit) ?? [0, 1, "second" as const];
	return words.format(-Math.floor(seconds / length), unit);
}

/** How long ago, with the moment itself on hover. */
export function Ago({ at }: { at: string }) {
	const [now, setNow] = useState(() => Date.now());
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), 15_000);
		return () => clearInterval(timer);
	}, []);
	return (
		<time dateTime={at} title={new Date(at).toLocaleString()}>
			{ago(at, now)}
		</time>
	);
}

/** The time of day, with the date where it is not today's. */
export function moment(at: string, now: number): string {
	const then = new Date(at);
	const time = then.toLocaleTimeString("en-GB", { hour12: false });
	if (then.toDateString() === new Date(now).toDateString()) return time;
	return `${then.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" })}, ${time}`;
}
