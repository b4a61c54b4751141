import { MoreOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Dropdown, Tag } from "antd";
import { ApiProblem } from "../api/problem";
import { may, publishRefusal, useWorkspace } from "../shell/WorkspaceContext";
import { Ago } from "../ui/Ago";
import { CommitLink } from "../ui/CommitLink";
import { Initials } from "../ui/Initials";
import { SourceBadge } from "../ui/SourceBadge";
import type { Provenance } from "./model";
import { useResource } from "./ResourceContext";
import { useOverlay } from "./useOverlay";

interface Row {
	provenance: Provenance;
	version?: number;
	snapshot?: number;
	live: boolean;
	at: string;
	more?: React.ReactNode;
	onCompare(): void;
}

/** One version or snapshot: who, from where, from which commit, and what can be done with it. */
export function HistoryRow({ provenance, version, snapshot, live, at, more, onCompare }: Row) {
	return (
		<li className={live ? "live" : ""} data-testid={version ? `version-${version}` : `snapshot-${snapshot}`}>
			<Initials email={provenance.email} agent={provenance.actorKind === "agent"} />
			<div>
				<div className="line">
					<strong>{version ? `Version ${version}` : `Snapshot ${snapshot}`}</strong>
					{live && (
						<Tag color="success" className="live-mark">
							● live
						</Tag>
					)}
					{provenance.archived && <Tag className="live-mark">archived</Tag>}
					<SourceBadge source={provenance.source} surface={provenance.surface} />
					<CommitLink commit={provenance.commit} branch={provenance.branch} />
				</div>
				{provenance.note && <p className="note">{provenance.note}</p>}
				<div className="when">
					<Ago at={at} /> · {provenance.email ?? "unknown"}
					{provenance.restoredFrom && ` · from version ${provenance.restoredFrom}`} {more}
				</div>
			</div>
			<Actions version={version} snapshot={snapshot} live={live} onCompare={onCompare} />
		</li>
	);
}

function Actions({ version, snapshot, live, onCompare }: Pick<Row, "version" | "snapshot" | "live" | "onCompare">) {
	const { api, slug, resource, took, refresh, settle } = useResource();
	const { workspace } = useWorkspace();
	const { message, modal, notification } = App.useApp();
	const { close } = useOverlay();
	const name = version ? `version ${version}` : `snapshot ${snapshot}`;
	const failed = (error: unknown) => {
		const problem = ApiProblem.of(error);
		notification.error({ message: problem.title, description: problem.detail, role: "alert" });
	};
	const restore = useMutation({
		// The etag is of the draft that one was asked about, not of what a colleague has made of it since.
		mutationFn: (etag: string) => (version ? api.restoreVersion(slug, version, etag) : api.restoreSnapshot(slug, snapshot ?? 0, etag)),
		onError: failed,
		onSuccess: (taken) => {
			took(taken);
			message.success(`The draft is now ${name}. Nothing was published.`);
			close();
		},
	});
	const rollback = useMutation({
		mutationFn: (live: number) => api.rollback(slug, version ?? 0, live, `Back to version ${version}`),
		onError: failed,
		onSuccess: async (made) => {
			await refresh();
			message.success(`Version ${made} is live, with what version ${version} had`);
		},
	});
	const askRestore = async () => {
		const { etag, hasUnpublishedChanges } = await settle();
		if (!hasUnpublishedChanges) return restore.mutate(etag);
		modal.confirm({
			title: `Replace the draft by ${name}?`,
			content: "The draft has unpublished changes. They stay in the history, under All snapshots. Nothing is published.",
			okText: "Restore into the draft",
			onOk: () => restore.mutateAsync(etag).catch(() => undefined),
		});
	};
	const askRollback = () => {
		const live = resource.activeVersion;
		modal.confirm({
			title: `Roll back from version ${live} to version ${version}?`,
			content: `This publishes a new version at once${workspace.environmentKind === "Production" ? ", in Production" : ""}. The draft keeps its unpublished changes.`,
			okText: "Roll back",
			okButtonProps: { danger: true },
			onOk: () => rollback.mutateAsync(live).catch(refresh),
		});
	};
	const draftable = may(workspace.role, "draft");
	const publishable = publishRefusal(workspace) === null && !resource.archived;
	const items = [
		{ key: "compare", label: "Compare…", onClick: onCompare },
		{ key: "restore", label: "Restore into the draft", disabled: !draftable, onClick: askRestore },
		...(version && !live
			? [{ key: "rollback", label: "Roll back to this version", danger: true, disabled: !publishable, onClick: askRollback }]
			: []),
	];
	return (
		<Dropdown trigger={["click"]} menu={{ items }}>
			<Button type="text" icon={<MoreOutlined />} aria-label={`Actions for ${name}`} loading={restore.isPending || rollback.isPending} />
		</Dropdown>
	);
}
