import { Tag } from "antd";
import { isObject, pretty } from "../api/json";
import { type ChangeGroup, groupChanges, within } from "./diff";
import type { Change } from "./model";
import "./changes.css";

const SIGNS = { added: "+", removed: "−", changed: "±", moved: "↕" };
const WORDS = { added: "added", removed: "removed", changed: "changed", moved: "moved" };

/** A structural diff: what was added, removed, changed and moved, by the thing that it is a part of. */
export function ChangeList({ changes, documents = [], empty }: { changes: Change[]; documents?: unknown[]; empty?: string }) {
	if (changes.length === 0) return <p className="muted">{empty ?? "Nothing differs."}</p>;
	return (
		<div className="changes" data-testid="changes">
			{groupChanges(changes, documents).map((group) => (
				<Group key={group.title} group={group} />
			))}
		</div>
	);
}

function Group({ group }: { group: ChangeGroup }) {
	return (
		<section>
			<h3>{group.title}</h3>
			{group.changes.map((change) => (
				<article key={change.path + change.op} className={`change ${change.op}`}>
					<header>
						<Tag bordered={false} className="op">
							<span aria-hidden>{SIGNS[change.op]}</span> {WORDS[change.op]}
						</Tag>
						{within(change.path) && <code className="wrap">{within(change.path)}</code>}
					</header>
					<Values change={change} />
				</article>
			))}
		</section>
	);
}

function Values({ change }: { change: Change }) {
	if (change.op === "moved") return <Value label="Now in this order" value={change.after} className="after" />;
	const both = change.op === "changed";
	return (
		<div className={both ? "values both" : "values"}>
			{"before" in change && change.op !== "added" && <Value label="Before" value={change.before} className="before" />}
			{"after" in change && change.op !== "removed" && <Value label="After" value={change.after} className="after" />}
		</div>
	);
}

export function Value({ label, value, className }: { label: string; value: unknown; className?: string }) {
	return (
		<figure className={className}>
			<figcaption>{label}</figcaption>
			<pre>{shown(value)}</pre>
		</figure>
	);
}

/** A value over 16 KB comes as its digest and size. */
function shown(value: unknown): string {
	if (value === undefined) return "(nothing)";
	if (isObject(value) && typeof value.digest === "string" && typeof value.bytes === "number" && Object.keys(value).length === 2) {
		return `${Math.round(value.bytes / 1024)} KB, sha256 ${value.digest.slice(0, 12)}…`;
	}
	return pretty(value);
}
