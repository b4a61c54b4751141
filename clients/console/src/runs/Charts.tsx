import type { Schemas } from "../api/client";
import { duration } from "./range";
import "./charts.css";

type Bucket = Schemas["StatsBucket"];
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [640, 170, 52, 20, 8];

/** A scale's top: 1, 2 or 5 times a power of ten. */
export function niceTop(value: number): number {
	if (value <= 0) return 1;
	const power = 10 ** Math.floor(Math.log10(value));
	return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10);
}

const x = (at: number, count: number) => LEFT + (at * (WIDTH - LEFT)) / count;
const y = (value: number, top: number) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);

/** How many runs came to which end, stacked. */
export function OutcomeChart({ buckets }: { buckets: Bucket[] }) {
	const top = niceTop(Math.max(...buckets.map((bucket) => bucket.succeeded + bucket.failed), 4));
	const [succeeded, failed] = [sum(buckets, "succeeded"), sum(buckets, "failed")];
	const width = Math.max(1, (WIDTH - LEFT) / buckets.length - 2);
	return (
		<Chart
			title="Runs"
			label={`${succeeded} succeeded, ${failed} failed`}
			top={top}
			buckets={buckets}
			format={(value) => (Number.isInteger(value) ? String(value) : "")}
			legend={[
				["succeeded", `${succeeded} succeeded`],
				["failed", `${failed} failed`],
			]}
		>
			{buckets.map((bucket, at) => (
				<g key={bucket.from}>
					<title>{`${when(bucket.from)}: ${bucket.succeeded} succeeded, ${bucket.failed} failed`}</title>
					<rect className="hit" x={x(at, buckets.length)} y={TOP} width={width + 2} height={HEIGHT - TOP - BOTTOM} />
					<rect
						className="succeeded"
						x={x(at, buckets.length) + 1}
						width={width}
						y={y(bucket.succeeded, top)}
						height={y(0, top) - y(bucket.succeeded, top)}
					/>
					<rect
						className="failed"
						x={x(at, buckets.length) + 1}
						width={width}
						y={y(bucket.succeeded + bucket.failed, top)}
						height={y(0, top) - y(bucket.failed, top)}
					/>
				</g>
			))}
		</Chart>
	);
}

const PERCENTILES = [
	["p50Us", "p50"],
	["p95Us", "p95"],
	["p99Us", "p99"],
] as const;

/** How long runs took: half of them, 95 and 99 of 100. */
export function LatencyChart({ buckets }: { buckets: Bucket[] }) {
	const top = niceTop(Math.max(...buckets.map((bucket) => bucket.p99Us ?? 0), 100));
	const last = [...buckets].reverse().find((bucket) => typeof bucket.p50Us === "number");
	const label = last ? PERCENTILES.map(([key, name]) => `${name} ${duration(last[key] ?? 0)}`).join(", ") : "no runs";
	return (
		<Chart
			title="Latency"
			label={`latest: ${label}`}
			top={top}
			buckets={buckets}
			format={duration}
			legend={PERCENTILES.map(([, name]) => [name, name])}
		>
			{PERCENTILES.map(([key, name]) => (
				<g key={key} className={`line ${name}`}>
					<path d={line(buckets, key, top)} />
					{buckets.map((bucket, at) =>
						typeof bucket[key] === "number" ? (
							<circle key={bucket.from} cx={x(at + 0.5, buckets.length)} cy={y(bucket[key], top)} r={2.5}>
								<title>{`${when(bucket.from)}: ${name} ${duration(bucket[key])}`}</title>
							</circle>
						) : null,
					)}
				</g>
			))}
		</Chart>
	);
}

/** A line through neighbouring values; where nothing ran, there is none. */
export function line(buckets: Bucket[], key: "p50Us" | "p95Us" | "p99Us", top: number): string {
	let pen = "M";
	return buckets
		.map((bucket, at) => {
			const value = bucket[key];
			if (typeof value !== "number") {
				pen = "M";
				return "";
			}
			const point = `${pen}${x(at + 0.5, buckets.length).toFixed(1)} ${y(value, top).toFixed(1)}`;
			pen = "L";
			return point;
		})
		.join("");
}

interface ChartProps {
	title: string;
	label: string;
	top: number;
	buckets: Bucket[];
	legend: [className: string, label: string][];
	format(value: number): string;
	children: React.ReactNode;
}

function Chart({ title, label, top, buckets, legend, format, children }: ChartProps) {
	const marks = [0, Math.floor(buckets.length / 2), buckets.length - 1].filter(
		(at, index, all) => buckets[at] && all.indexOf(at) === index,
	);
	const long = buckets.length > 1 && Date.parse(buckets.at(-1)?.from ?? "") - Date.parse(buckets[0]?.from ?? "") > 36 * 3_600_000;
	return (
		<figure className="chart panel padded">
			<figcaption>
				<strong>{title}</strong>
				<span className="legend">
					{legend.map(([name, text]) => (
						<span key={name}>
							<i className={name} /> {text}
						</span>
					))}
				</span>
			</figcaption>
			<svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}: ${label}`}>
				{[0, 0.5, 1].map((part) => (
					<g key={part}>
						<line className="grid" x1={LEFT} x2={WIDTH} y1={y(part * top, top)} y2={y(part * top, top)} />
						<text x={LEFT - 6} y={y(part * top, top) + 4} textAnchor="end">
							{format(part * top)}
						</text>
					</g>
				))}
				{children}
				{marks.map((at) => (
					<text
						key={at}
						x={x(at + 0.5, buckets.length)}
						y={HEIGHT - 4}
						textAnchor={at === 0 ? "start" : at === buckets.length - 1 ? "end" : "middle"}
					>
						{short(buckets[at]?.from ?? "", long)}
					</text>
				))}
			</svg>
		</figure>
	);
}

function sum(buckets: Bucket[], key: "succeeded" | "failed"): number {
	return buckets.reduce((total, bucket) => total + bucket[key], 0);
}

function when(at: string): string {
	return new Date(at).toLocaleString();
}

function short(at: string, long: boolean): string {
	const date = new Date(at);
	return long
		? date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })
		: date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}
