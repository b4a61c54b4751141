import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Modal, Popconfirm } from "antd";
import { useState } from "react";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { Ago } from "../ui/Ago";
import { Problem } from "../ui/Problem";
import { SourceBadge } from "../ui/SourceBadge";
import { MergePicker } from "./MergePicker";
import { keysOf, useResource } from "./ResourceContext";
import { useOverlay } from "./useOverlay";

/** Somebody published while this draft was being edited: three ways out, and none is taken by itself. */
export function DraftConflictModal() {
	const { api, type, slug, draft, took, settle } = useResource();
	const { workspace } = useWorkspace();
	const { message } = App.useApp();
	const { open, close } = useOverlay();
	const [merging, setMerging] = useState(false);
	const versions = useQuery({ queryKey: [...keysOf(workspace.id, type, slug).all, "versions"], queryFn: () => api.versions(slug) });
	const reset = useMutation({
		// What was drawn a moment ago belongs to what is dropped, and must not be saved after it.
		mutationFn: async () => api.reset(slug, (await settle()).etag),
		onSuccess: (taken) => {
			took(taken);
			message.success(`The draft is version ${taken.activeVersion} again`);
			close();
		},
	});
	const active = versions.data?.items.find((version) => version.isActive);
	const draftable = may(workspace.role, "draft");
	const settled = draft.baseVersion === draft.activeVersion;
	if (merging && !settled && draftable) {
		return (
			<MergePicker
				onCancel={() => setMerging(false)}
				onMerged={(taken) => {
					took(taken);
					message.success(`Your changes are now based on version ${taken.activeVersion}`);
					open("review");
				}}
			/>
		);
	}
	return (
		<Modal
			open
			width={680}
			title={settled ? "Your draft is up to date" : "Your draft and the published version have gone apart"}
			onCancel={close}
			footer={null}
			data-testid="conflict"
		>
			<div className="stack">
				{settled ? (
					<Alert type="success" showIcon message="There is no conflict any more: the draft is based on the active version." />
				) : (
					<p style={{ margin: 0 }}>
						Your draft was started when version {draft.baseVersion} was active. <strong>Version {draft.activeVersion} was published</strong>
						{active?.email && ` by ${active.email}`} {active && <Ago at={active.publishedAt} />}{" "}
						{active && <SourceBadge source={active.source} surface={active.surface} />}. Nothing was overwritten.
					</p>
				)}
				{!draftable && !settled && (
					<Alert type="info" showIcon message="Your role here reads only: an author, editor, admin or owner can resolve it." />
				)}
				{reset.error && <Problem error={reset.error} />}
				<div className="ways">
					<Way title="Merge" text={`Bring version ${draft.activeVersion} into your draft. Where both changed the same thing, you choose.`}>
						<Button type="primary" disabled={settled || !draftable} onClick={() => setMerging(true)}>
							Merge
						</Button>
					</Way>
					<Way title="Keep editing" text="Your draft stays as it is. You resolve it later, by hand.">
						<Button onClick={close}>Keep editing</Button>
					</Way>
					<Way
						title="Reset draft"
						text={`Drop your changes and start from version ${draft.activeVersion}. What the draft held stays in the history.`}
					>
						<Popconfirm
							title="Drop the draft's changes?"
							okText="Reset draft"
							okButtonProps={{ danger: true }}
							disabled={settled || !draftable}
							onConfirm={() => reset.mutate()}
						>
							<Button danger disabled={settled || !draftable} loading={reset.isPending}>
								Reset draft
							</Button>
						</Popconfirm>
					</Way>
				</div>
			</div>
		</Modal>
	);
}

function Way({ title, text, children }: { title: string; text: string; children: React.ReactNode }) {
	return (
		<section className="way">
			<div>
				<h3>{title}</h3>
				<p>{text}</p>
			</div>
			{children}
		</section>
	);
}
