import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Modal, Popconfirm } from "antd";
import { useState } from "react";
import { useWorkspace } from "../shell/WorkspaceContext";
import { Ago } from "../ui/Ago";
import { Problem } from "../ui/Problem";
import { SourceBadge } from "../ui/SourceBadge";
import { MergePicker } from "./MergePicker";
import { keysOf, useResource } from "./ResourceContext";
import { useOverlay } from "./useOverlay";

/** Somebody published while this draft was being edited: three ways out, and none is taken by itself. */
export function DraftConflictModal() {
	const { api, type, slug, draft, took } = useResource();
	const { workspace } = useWorkspace();
	const { message } = App.useApp();
	const { open, close } = useOverlay();
	const [merging, setMerging] = useState(false);
	const versions = useQuery({ queryKey: [...keysOf(workspace.id, type, slug).all, "versions"], queryFn: () => api.versions(slug) });
	const reset = useMutation({
		mutationFn: () => api.reset(slug, draft.etag),
		onSuccess: (taken) => {
			took(taken);
			message.success(`The draft is version ${taken.activeVersion} again`);
			close();
		},
	});
	const active = versions.data?.items.find((version) => version.isActive);
	const settled = draft.baseVersion === draft.activeVersion;
	if (merging && !settled) {
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
				{reset.error && <Problem error={reset.error} />}
				<div className="ways">
					<Way title="Merge" text={`Bring version ${draft.activeVersion} into your draft. Where both changed the same thing, you choose.`}>
						<Button type="primary" disabled={settled} onClick={() => setMerging(true)}>
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
							onConfirm={() => reset.mutate()}
						>
							<Button danger disabled={settled} loading={reset.isPending}>
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
