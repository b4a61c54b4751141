import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Modal, Skeleton } from "antd";
import { useState } from "react";
import { ApiProblem } from "../api/problem";
import { useWorkspace } from "../shell/WorkspaceContext";
import { Problem } from "../ui/Problem";
import { ChangeList, Value } from "./ChangeList";
import { diffDocuments, inWords, titleOf, within } from "./diff";
import { count, Findings } from "./Findings";
import type { Conflict, Draft, Resolutions, ResourceApi, Side } from "./model";
import { keysOf, useResource } from "./ResourceContext";
import { useActive } from "./VisualDiff";

/** What a merge would make, as the server says: the merged draft, or the conflicts that nobody has decided yet. */
export type Preview = { merged: Draft } | { open: Conflict[] };

export async function previewMerge(api: ResourceApi, slug: string, resolutions: Resolutions, etag: string): Promise<Preview> {
	try {
		return { merged: await api.merge(slug, resolutions, true, etag) };
	} catch (error) {
		const problem = ApiProblem.of(error);
		if (problem.code !== "merge_conflict") throw error;
		return { open: (problem.facts.conflicts as Conflict[] | undefined) ?? [] };
	}
}

/** Pick a side for each conflict; below, live, what the server would make of it. */
export function MergePicker({ onCancel, onMerged }: { onCancel(): void; onMerged(draft: Draft): void }) {
	const { api, type, slug, draft } = useResource();
	const { workspace } = useWorkspace();
	const keys = keysOf(workspace.id, type, slug);
	const [picked, setPicked] = useState<Resolutions>({});
	const diff = useQuery({ queryKey: [...keys.all, "diff", draft.etag], queryFn: () => api.diff(slug) });
	const active = useActive();
	const preview = useQuery({
		queryKey: [...keys.all, "merge", draft.etag, picked],
		queryFn: () => previewMerge(api, slug, picked, draft.etag),
		placeholderData: (kept) => kept,
	});
	const merge = useMutation({ mutationFn: () => api.merge(slug, picked, false, draft.etag), onSuccess: onMerged });
	// What was left out of a long list comes once the listed ones are decided.
	const conflicts = union(diff.data?.conflicts ?? [], preview.data && "open" in preview.data ? preview.data.open : []);
	const left = conflicts.filter((conflict) => !picked[conflict.path]).length;
	const merged = preview.data && "merged" in preview.data ? preview.data.merged : null;
	return (
		<Modal
			open
			width={900}
			title={`Merge version ${draft.activeVersion} into your draft`}
			onCancel={onCancel}
			footer={[
				<Button key="back" onClick={onCancel}>
					Back
				</Button>,
				<Button
					key="merge"
					type="primary"
					disabled={!merged || preview.isFetching}
					loading={merge.isPending}
					onClick={() => merge.mutate()}
				>
					Merge into the draft
				</Button>,
			]}
		>
			<div className="stack">
				{(merge.error ?? preview.error ?? diff.error) && <Problem error={merge.error ?? preview.error ?? diff.error} kept />}
				{diff.isPending && <Skeleton active />}
				{diff.data && conflicts.length === 0 && (
					<Alert type="success" showIcon message="Nothing was changed on both sides: this merges by itself." />
				)}
				{conflicts.length > 0 && (
					<Alert
						type={left > 0 ? "warning" : "success"}
						showIcon
						message={left > 0 ? `${count(left, "conflict")} to decide` : "Every conflict is decided"}
						action={
							<span className="row">
								<Button size="small" onClick={() => setPicked(all(conflicts, "draft"))}>
									All yours
								</Button>
								<Button size="small" onClick={() => setPicked(all(conflicts, "active"))}>
									All published
								</Button>
							</span>
						}
					/>
				)}
				<ConflictPicks
					conflicts={conflicts}
					picked={picked}
					active={draft.activeVersion}
					documents={[draft.document, active]}
					onPick={(path, side) => setPicked({ ...picked, [path]: side })}
				/>
				{merged && (
					<section aria-live="polite" data-testid="merge-preview">
						<h3 style={{ fontSize: 15, marginBottom: 8 }}>What the draft will change in version {draft.activeVersion}</h3>
						<Findings findings={merged.findings} />
						<ChangeList
							changes={diffDocuments(active ?? {}, merged.document)}
							documents={[merged.document, active]}
							empty="Nothing: the draft will be what is published."
						/>
					</section>
				)}
			</div>
		</Modal>
	);
}

export function ConflictPicks(props: {
	conflicts: Conflict[];
	picked: Resolutions;
	active: number;
	documents?: unknown[];
	onPick(path: string, side: Side): void;
}) {
	const { conflicts, picked, active, documents = [], onPick } = props;
	return (
		<div className="pick">
			{conflicts.map((conflict) => (
				<fieldset key={conflict.path}>
					<legend>{[titleOf(conflict.path, documents), within(conflict.path, documents)].filter(Boolean).join(" › ")}</legend>
					<div className="sides">
						{(["draft", "active"] as const).map((side) => (
							<label key={side}>
								<input
									type="radio"
									name={conflict.path || "/"}
									checked={picked[conflict.path] === side}
									onChange={() => onPick(conflict.path, side)}
								/>{" "}
								{side === "draft" ? "Yours" : `Version ${active}`}
								<Value label={side} value={side in conflict ? inWords(conflict.path, conflict[side], documents) : undefined} />
							</label>
						))}
					</div>
				</fieldset>
			))}
		</div>
	);
}

function all(conflicts: Conflict[], side: Side): Resolutions {
	return Object.fromEntries(conflicts.map((conflict) => [conflict.path, side]));
}

function union(listed: Conflict[], open: Conflict[]): Conflict[] {
	const known = new Set(listed.map((conflict) => conflict.path));
	return [...listed, ...open.filter((conflict) => !known.has(conflict.path))];
}
