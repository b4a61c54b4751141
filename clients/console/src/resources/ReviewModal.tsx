import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Input, Modal, Skeleton } from "antd";
import { useCallback, useEffect, useId, useRef, useState } from "react";
import { ApiProblem } from "../api/problem";
import { may, publishRefusal, REFUSED, useWorkspace } from "../shell/WorkspaceContext";
import { useKept } from "../ui/kept";
import { Problem } from "../ui/Problem";
import { RefusableButton } from "../ui/RefusableButton";
import { ChangeList } from "./ChangeList";
import { Findings } from "./Findings";
import type { Draft } from "./model";
import { keysOf, useResource } from "./ResourceContext";
import { useOverlay } from "./useOverlay";
import { useActive, VisualDiff } from "./VisualDiff";

const NOTE_LIMIT = 2000;

/** The draft beside the active version, and the one button that changes what production does. */
export function ReviewModal() {
	const view = useResource();
	const { workspace } = useWorkspace();
	const { message } = App.useApp();
	const { open, close } = useOverlay();
	const { api, slug, type, draft, resource, unsaved } = view;
	const [note, setNote] = useKept(`note.${workspace.id}.${resource.id}`);
	const { seen, look } = useReviewed();
	const active = useActive();
	const diff = useQuery({
		queryKey: [...keysOf(workspace.id, type, slug).all, "diff", seen?.etag, seen?.activeVersion],
		queryFn: () => api.diff(slug),
		enabled: seen !== null,
	});
	const publish = useMutation({
		mutationFn: (reviewed: Draft) => api.publish(slug, reviewed.baseVersion, note.trim(), reviewed.etag),
		onSuccess: async (version) => {
			message.success(`Version ${version} is published`);
			setNote("");
			await view.refresh();
			close();
		},
		onError: async (error) => {
			const { code } = ApiProblem.of(error);
			if (code === "version_conflict") {
				await view.refresh();
				open("conflict");
			} else if (code === "draft_changed") await view.refresh();
		},
	});
	const stale = draft.baseVersion !== draft.activeVersion;
	const changed = seen !== null && !publish.isPending && (draft.etag !== seen.etag || draft.activeVersion !== seen.activeVersion);
	const refused = publishRefusal(workspace);
	const why = whyNot({
		refused,
		archived: resource.archived,
		blocked: draft.findings.some((finding) => finding.severity === "error"),
		nothing: !draft.hasUnpublishedChanges,
	});
	const again = (words: string) => (
		<Button size="small" onClick={look}>
			{words}
		</Button>
	);
	return (
		<Modal
			open
			width={860}
			title={draft.activeVersion === 0 ? "Review changes: the first version" : `Review changes since version ${draft.activeVersion}`}
			onCancel={close}
			footer={[
				<Button key="close" onClick={close}>
					Close
				</Button>,
				stale && draft.hasUnpublishedChanges && may(workspace.role, "draft") ? (
					<Button key="resolve" type="primary" onClick={() => open("conflict")}>
						Resolve the conflict with version {draft.activeVersion}
					</Button>
				) : (
					<RefusableButton
						key="publish"
						type="primary"
						why={why}
						disabled={changed || !seen || !diff.data || unsaved === "saving" || unsaved === "refused"}
						loading={publish.isPending}
						onClick={() => seen && publish.mutate(seen)}
					>
						{workspace.environmentKind === "Production" ? "Publish to Production" : "Publish"}
					</RefusableButton>
				),
			]}
		>
			<div className="stack">
				{publish.error && <Problem error={publish.error} kept={note !== ""} />}
				{unsaved === "refused" && (
					<Alert
						type="error"
						showIcon
						role="alert"
						message="What you drew is not saved, and is no part of this."
						action={again("Save and look again")}
					/>
				)}
				{unsaved === "typed" && (
					<Alert
						type="warning"
						showIcon
						message="What you typed on this page is not saved, and is no part of this. Close this and save it first."
					/>
				)}
				{changed && unsaved !== "refused" && (
					<Alert
						type="warning"
						showIcon
						role="alert"
						message="The draft has changed since you opened this. Look again before you publish."
						action={again("Look again")}
					/>
				)}
				{why && <Alert type="info" showIcon message={why} />}
				{seen && <Findings findings={seen.findings} />}
				{diff.error && (
					<Problem
						error={diff.error}
						action={
							<Button size="small" onClick={() => diff.refetch()}>
								Try again
							</Button>
						}
					/>
				)}
				{diff.isPending && <Skeleton active />}
				{seen && diff.data && type === "flow" && <VisualDiff after={seen.document} />}
				{seen && diff.data && (
					<ChangeList changes={diff.data.changes} documents={[seen.document, active]} empty="The draft is what is published." />
				)}
				{diff.data?.truncated && <p className="muted">There are more changes than are shown here.</p>}
				{draft.hasUnpublishedChanges && !refused && !stale && <NoteField text={note} onText={setNote} />}
			</div>
		</Modal>
	);
}

/** Why nothing can be published now, the weightiest reason first. */
function whyNot(reasons: { refused: keyof typeof REFUSED | null; archived: boolean; blocked: boolean; nothing: boolean }): string | null {
	if (reasons.refused) return REFUSED[reasons.refused];
	if (reasons.archived) return "It is archived: unarchive it first.";
	if (reasons.blocked) return "Mend what blocks publishing first.";
	return reasons.nothing ? "There is nothing to publish." : null;
}

/**
 * The draft as it was when one looked, after what was still on its way to it. Only this is published: what somebody changes meanwhile has
 * been reviewed by nobody.
 */
function useReviewed(): { seen: Draft | null; look(): void } {
	const { settle } = useResource();
	const [seen, setSeen] = useState<Draft | null>(null);
	const latest = useRef(settle);
	latest.current = settle;
	const look = useCallback(() => void latest.current().then(setSeen), []);
	useEffect(look, [look]);
	return { seen, look };
}

function NoteField({ text, onText }: { text: string; onText(text: string): void }) {
	const id = useId();
	return (
		<div>
			<label htmlFor={id}>Note (optional)</label>
			<Input.TextArea
				id={id}
				value={text}
				onChange={(event) => onText(event.target.value)}
				maxLength={NOTE_LIMIT}
				autoSize={{ minRows: 2, maxRows: 6 }}
				placeholder="Why this changes; it stays in the history."
			/>
		</div>
	);
}
