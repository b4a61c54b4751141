import { HistoryOutlined, MoreOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { App, Button, Dropdown, Input, Modal, Tag } from "antd";
import { useState } from "react";
import { ApiProblem } from "../api/problem";
import { may, publishRefusal, REFUSED, useWorkspace } from "../shell/WorkspaceContext";
import { Problem } from "../ui/Problem";
import { RefusableButton } from "../ui/RefusableButton";
import { WORDS } from "./model";
import { Replication } from "./Replication";
import { keysOf, useResource } from "./ResourceContext";
import { useOverlay } from "./useOverlay";

/** Name, live version, replication, and what can be done with the whole of it. */
export function ResourceHead({ children, extra }: { children?: React.ReactNode; extra?: React.ReactNode }) {
	const { type, resource, draft } = useResource();
	const { at, workspace } = useWorkspace();
	const { open } = useOverlay();
	const refused = publishRefusal(workspace);
	const words = WORDS[type];
	return (
		<div className="page-head">
			<nav className="crumb" aria-label="Breadcrumb">
				<Link to={`/w/$workspace/${words.path}`} params={{ workspace: at }}>
					{words.path === "flows" ? "Flows" : "Connectors"}
				</Link>{" "}
				/ <code>{resource.slug}</code>
			</nav>
			<h1 className="wrap">{resource.name}</h1>
			<Tag color={resource.activeVersion > 0 ? "success" : "default"} data-testid="version-label" style={{ margin: 0 }}>
				{resource.activeVersion > 0 ? `Version ${resource.activeVersion}` : "never published"}
			</Tag>
			{resource.archived && <Tag style={{ margin: 0 }}>archived</Tag>}
			{extra}
			<div className="actions">
				{children}
				<Button icon={<HistoryOutlined />} onClick={() => open("history")}>
					History
				</Button>
				<RefusableButton
					type="primary"
					why={refused && REFUSED[refused]}
					disabled={refused === null && (!draft.hasUnpublishedChanges || resource.archived)}
					onClick={() => open("review")}
				>
					Publish…
				</RefusableButton>
				<Menu />
			</div>
			<div className="facts">
				<Replication />
			</div>
		</div>
	);
}

function Menu() {
	const { api, slug, type, resource, draft, took, refresh, settle } = useResource();
	const { workspace, at } = useWorkspace();
	const { message, modal, notification } = App.useApp();
	const navigate = useNavigate();
	const queries = useQueryClient();
	const [renaming, setRenaming] = useState(false);
	const one = WORDS[type].one;
	const show = (error: unknown) => {
		const problem = ApiProblem.of(error);
		notification.error({ message: problem.title, description: problem.detail, role: "alert" });
	};
	const run = (work: () => Promise<unknown>, done: string) =>
		work()
			.then(() => message.success(done))
			.catch(show);
	const publishable = publishRefusal(workspace) === null;
	const draftable = may(workspace.role, "draft");
	const archive = () =>
		modal.confirm({
			title: `Archive ${resource.name}?`,
			content: `It stops at once: ${type === "flow" ? "evaluating it is refused" : "workers let go of it"}. Its history stays, and you can unarchive it.`,
			okText: "Archive",
			okButtonProps: { danger: true },
			onOk: () => run(() => api.archive(slug, resource.activeVersion).then(refresh), "Archived"),
		});
	const reset = async () => {
		// What was drawn a moment ago belongs to what is dropped, and must not be saved after it.
		const { etag } = await settle();
		modal.confirm({
			title: "Drop the draft's changes?",
			content: `The draft becomes ${resource.activeVersion ? `version ${resource.activeVersion}` : "empty"} again. What it held stays in the history.`,
			okText: "Reset draft",
			okButtonProps: { danger: true },
			onOk: () => run(() => api.reset(slug, etag).then(took), "The draft was reset"),
		});
	};
	const remove = () =>
		modal.confirm({
			title: `Delete ${resource.name}?`,
			content: "It was never published. Its drafts go with it, and its slug can't be used again.",
			okText: "Delete",
			okButtonProps: { danger: true },
			onOk: () =>
				run(async () => {
					await api.remove(slug);
					await queries.invalidateQueries({ queryKey: keysOf(workspace.id, type, slug).list });
					await navigate({ to: `/w/$workspace/${WORDS[type].path}`, params: { workspace: at } });
				}, "Deleted"),
		});
	const items = [
		{ key: "rename", label: "Rename…", disabled: !draftable, onClick: () => setRenaming(true) },
		{ key: "reset", label: "Reset draft…", disabled: !draftable || !draft.hasUnpublishedChanges, onClick: reset },
		resource.archived
			? {
					key: "unarchive",
					label: "Unarchive",
					disabled: !publishable,
					onClick: () => run(() => api.unarchive(slug, resource.activeVersion).then(refresh), "It is live again"),
				}
			: { key: "archive", label: "Archive…", danger: true, disabled: !publishable || resource.activeVersion === 0, onClick: archive },
		...(resource.activeVersion === 0 ? [{ key: "delete", label: "Delete…", danger: true, disabled: !draftable, onClick: remove }] : []),
	];
	return (
		<>
			<Dropdown trigger={["click"]} menu={{ items }}>
				<Button icon={<MoreOutlined />} aria-label={`More for this ${one}`} />
			</Dropdown>
			{renaming && <Rename onClose={() => setRenaming(false)} />}
		</>
	);
}

function Rename({ onClose }: { onClose(): void }) {
	const { api, slug, resource, refresh } = useResource();
	const [name, setName] = useState(resource.name);
	const rename = useMutation({
		mutationFn: () => api.rename(slug, name.trim()),
		onSuccess: async () => {
			await refresh();
			onClose();
		},
	});
	return (
		<Modal
			open
			title="Rename"
			okText="Rename"
			okButtonProps={{ disabled: name.trim() === "", loading: rename.isPending }}
			onOk={() => rename.mutate()}
			onCancel={onClose}
		>
			{rename.error && <Problem error={rename.error} kept />}
			<Input
				aria-label="Name"
				value={name}
				autoFocus
				onChange={(event) => setName(event.target.value)}
				onPressEnter={() => rename.mutate()}
			/>
			<p className="muted">The slug stays {resource.slug}: addresses and files are named by it.</p>
		</Modal>
	);
}
