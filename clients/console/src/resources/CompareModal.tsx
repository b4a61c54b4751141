import { useQuery } from "@tanstack/react-query";
import { Modal, Skeleton } from "antd";
import { useState } from "react";
import { useWorkspace } from "../shell/WorkspaceContext";
import { Chips } from "../ui/Chips";
import { Problem } from "../ui/Problem";
import { ChangeList } from "./ChangeList";
import { diffDocuments } from "./diff";
import type { Change } from "./model";
import { keysOf, useResource } from "./ResourceContext";
import { useActive } from "./VisualDiff";

type Against = "previous" | "active" | "draft";

/** A version (`v` and its number) or snapshot (`s` and its number) beside another one. */
export function CompareModal({ what, onClose }: { what: string; onClose(): void }) {
	const { api, type, slug, draft } = useResource();
	const { workspace } = useWorkspace();
	const snapshot = what.startsWith("s") ? Number(what.slice(1)) : null;
	const version = Number(what.slice(1));
	const first = snapshot !== null || version <= 1;
	const active = useActive();
	const [against, setAgainst] = useState<Against>(first ? "draft" : "previous");
	const changes = useQuery({
		queryKey: [...keysOf(workspace.id, type, slug).all, "compare", what, against, draft.etag, draft.activeVersion],
		queryFn: async (): Promise<Change[]> => {
			if (snapshot === null) return api.versionDiff(slug, version, against === "previous" ? String(version - 1) : against);
			const document = await api.snapshot(slug, snapshot);
			return diffDocuments(
				against === "draft" ? draft.document : draft.activeVersion ? await api.version(slug, draft.activeVersion) : {},
				document,
			);
		},
	});
	const name = snapshot === null ? `version ${version}` : `snapshot ${snapshot}`;
	const options: { value: Against; label: string; disabled?: boolean }[] = [
		...(first ? [] : [{ value: "previous" as const, label: `Version ${version - 1}` }]),
		{ value: "active", label: "The live version", disabled: draft.activeVersion === 0 },
		{ value: "draft", label: "The draft" },
	];
	return (
		<Modal open width={820} title={`Compare ${name}`} footer={null} onCancel={onClose}>
			<div className="stack">
				<Chips label="What it changes in" shown value={against} options={options} onChange={(next: Against) => setAgainst(next)} />
				{changes.error && <Problem error={changes.error} />}
				{changes.isPending ? (
					<Skeleton active />
				) : (
					<ChangeList changes={changes.data ?? []} documents={[draft.document, active]} empty="Nothing: they are the same." />
				)}
			</div>
		</Modal>
	);
}
