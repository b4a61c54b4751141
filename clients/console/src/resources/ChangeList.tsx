import { Tag } from "antd";
import { isObject, pretty } from "../api/json";
import { type ChangeGroup, groupChanges, inWords, within } from "./diff";
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
				<Group key={group.title} group={group} documents={documents} />
			))}
		</div>
	);
}

function Group({ group, documents }: { group: ChangeGroup; documents: unknown[] }) {
	return (
		<section>
			<h3>{group.title}</h3>
			{group.changes.map((change) => (
				<article key={change.path + change.op} className={`change ${change.op}`}>
					<header>
						<Tag bordered={false} className="op">
							<span aria-hidden>{SIGNS[change.op]}</span> {WORDS[change.op]}
						</Tag>
						{within(change.path, documents) && <code className="wrap">{within(change.path, documents)}</code>}
					</header>
					<Values change={change} documents={documents} />
				</article>
			))}
		</section>
	);
}

function Values({ change, documents }: { change: Change; documents: unknown[] }) {
	if (change.op === "moved") return <Value label="Now in this order" text={order(change)} className="after" />;
	const both = change.op === "changed";
	const words = (value: unknown) => inWords(change.path, value, documents);
	return (
		<div className={both ? "values both" : "values"}>
			{"before" in change && change.op !== "added" && <Value label="Before" value={words(change.before)} className="before" />}
			{"after" in change && change.op !== "removed" && <Value label="After" value={words(change.after)} className="after" />}
		</div>
	);
}

/** What was moved, by the places that it had: ids say nothing. */
function order({ before, after }: Change): string {
	if (!Array.isArray(before) || !Array.isArray(after)) return pretty(after);
	return after.map((id) => (before.includes(id) ? `was ${before.indexOf(id) + 1}` : "new")).join(", ");
}

export function Value({ label, value, text, className }: { label: string; value?: unknown; text?: string; className?: string }) {
	return (
		<figure className={className}>
			<figcaption>{label}</figcaption>
			<pre>{text ?? shown(value)}</pre>
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
