import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Input, Modal, Skeleton } from "antd";
import { useEffect, useId, useState } from "react";
import { ApiProblem } from "../api/problem";
import { publishRefusal, useWorkspace } from "../shell/WorkspaceContext";
import { Problem } from "../ui/Problem";
import { ChangeList } from "./ChangeList";
import { Findings } from "./Findings";
import { keysOf, useResource } from "./ResourceContext";
import { useOverlay } from "./useOverlay";
import { VisualDiff } from "./VisualDiff";

const NOTE_LIMIT = 2000;

/** The draft beside the active version, and the one button that changes what production does. */
export function ReviewModal() {
	const view = useResource();
	const { workspace } = useWorkspace();
	const { message } = App.useApp();
	const { open, close } = useOverlay();
	const note = useNote();
	const { api, slug, type, draft, resource } = view;
	useSettled(view.settle);
	const diff = useQuery({ queryKey: [...keysOf(workspace.id, type, slug).all, "diff", draft.etag], queryFn: () => api.diff(slug) });
	const publish = useMutation({
		mutationFn: () => api.publish(slug, draft.baseVersion, note.text.trim(), draft.etag),
		onSuccess: async (version) => {
			message.success(`Version ${version} is published`);
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
	const blockers = draft.findings.filter((finding) => finding.severity === "error");
	const refused = publishRefusal(workspace);
	const why =
		refused === "governance"
			? "This workspace is set to CodeManaged. Publishing from the console is disabled."
			: refused === "role"
				? "Your role here can't publish: ask an editor, admin or owner."
				: resource.archived
					? "It is archived: unarchive it first."
					: blockers.length > 0
						? "Mend what blocks publishing first."
						: !draft.hasUnpublishedChanges
							? "There is nothing to publish."
							: null;
	const stale = draft.baseVersion !== draft.activeVersion;
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
				stale && draft.hasUnpublishedChanges ? (
					<Button key="resolve" type="primary" onClick={() => open("conflict")}>
						Resolve the conflict with version {draft.activeVersion}
					</Button>
				) : (
					<Button key="publish" type="primary" disabled={Boolean(why)} loading={publish.isPending} onClick={() => publish.mutate()}>
						{workspace.environmentKind === "Production" ? "Publish to Production" : "Publish"}
					</Button>
				),
			]}
		>
			<div className="stack">
				{publish.error && <Problem error={publish.error} kept={note.text !== ""} />}
				{why && <Alert type="info" showIcon message={why} />}
				<Findings findings={draft.findings} />
				{diff.error && <Problem error={diff.error} />}
				{diff.isPending && <Skeleton active />}
				{diff.data && type === "flow" && <VisualDiff />}
				{diff.data && <ChangeList changes={diff.data.changes} documents={[draft.document]} empty="The draft is what is published." />}
				{diff.data?.truncated && <p className="muted">There are more changes than are shown here.</p>}
				{draft.hasUnpublishedChanges && !refused && !stale && <NoteField note={note} />}
			</div>
		</Modal>
	);
}

interface Note {
	text: string;
	set(text: string): void;
}

function useNote(): Note {
	const [text, set] = useState("");
	return { text, set };
}

function NoteField({ note }: { note: Note }) {
	const id = useId();
	return (
		<div>
			<label htmlFor={id}>Note (optional)</label>
			<Input.TextArea
				id={id}
				value={note.text}
				onChange={(event) => note.set(event.target.value)}
				maxLength={NOTE_LIMIT}
				autoSize={{ minRows: 2, maxRows: 6 }}
				placeholder="Why this changes; it stays in the history."
			/>
		</div>
	);
}

/** What the designer has not saved yet is saved before it is reviewed. */
function useSettled(settle: { current: (() => Promise<void>) | null }): void {
	useEffect(() => {
		void settle.current?.();
	}, [settle]);
}
