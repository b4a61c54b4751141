import type { Schemas } from "../api/client";
import type { JsonObject } from "../api/json";

/** Connectors and flows, in one vocabulary: the API says active_version of the one and publishedVersion of the other. */
export type ResourceType = "connector" | "flow";

export interface Resource {
	id: string;
	slug: string;
	name: string;
	activeVersion: number;
	hasUnpublishedChanges: boolean;
	archived: boolean;
	updatedAt: string;
	/** Flows only. */
	divergedFromGit?: boolean;
	lastPulled?: Schemas["LastPulled"] | null;
}

export interface Finding {
	severity: "error" | "warning";
	code: string;
	message: string;
	path: string;
	nodeId?: string | null;
}

export interface Draft {
	document: JsonObject;
	baseVersion: number;
	activeVersion: number;
	hasUnpublishedChanges: boolean;
	etag: string;
	updatedAt: string;
	updatedBy?: string | null;
	findings: Finding[];
}

export interface Change {
	path: string;
	op: "added" | "removed" | "changed" | "moved";
	before?: unknown;
	after?: unknown;
}

export interface Conflict {
	path: string;
	base?: unknown;
	draft?: unknown;
	active?: unknown;
}

export type Side = "draft" | "active";
export type Resolutions = Record<string, Side>;

export interface DraftDiff {
	baseVersion: number;
	activeVersion: number;
	changes: Change[];
	conflicts: Conflict[];
	mergeable: boolean;
	truncated?: boolean;
}

/** Who made something, from where, and from which commit. */
export interface Provenance {
	source: string;
	surface: string;
	actorKind: string;
	email?: string | null;
	commit?: string | null;
	branch?: string | null;
	note?: string | null;
	restoredFrom?: number | null;
	archived: boolean;
	digest: string;
}

export interface Version extends Provenance {
	version: number;
	isActive: boolean;
	publishedAt: string;
}

export interface Snapshot extends Provenance {
	snapshot: number;
	version?: number | null;
	isCurrent: boolean;
	createdAt: string;
	client?: string | null;
}

export interface Page<T> {
	items: T[];
	next?: string | null;
}

export interface ListQuery {
	q?: string;
	has_unpublished_changes?: boolean;
	archived?: boolean;
	cursor?: string;
}

/** What can be done with the resources of one type in one workspace. `etag` is the draft's that the caller has seen. */
export interface ResourceApi {
	type: ResourceType;
	list(query: ListQuery): Promise<Page<Resource>>;
	create(slug: string, name: string): Promise<Resource>;
	get(id: string): Promise<Resource>;
	rename(id: string, name: string): Promise<Resource>;
	remove(id: string): Promise<void>;
	draft(id: string): Promise<Draft>;
	putDraft(id: string, document: JsonObject, etag: string): Promise<Draft>;
	reset(id: string, etag?: string): Promise<Draft>;
	diff(id: string): Promise<DraftDiff>;
	merge(id: string, resolutions: Resolutions, dryRun: boolean, etag: string): Promise<Draft>;
	publish(id: string, baseVersion: number, note: string, etag: string): Promise<number>;
	rollback(id: string, version: number, baseVersion: number, note: string): Promise<number>;
	archive(id: string, baseVersion: number): Promise<number>;
	unarchive(id: string, baseVersion: number): Promise<number>;
	versions(id: string, cursor?: string): Promise<Page<Version>>;
	version(id: string, version: number): Promise<JsonObject>;
	versionDiff(id: string, version: number, against: string): Promise<Change[]>;
	snapshots(id: string, cursor?: string): Promise<Page<Snapshot>>;
	snapshot(id: string, snapshot: number): Promise<JsonObject>;
	restoreVersion(id: string, version: number, etag: string): Promise<Draft>;
	restoreSnapshot(id: string, snapshot: number, etag: string): Promise<Draft>;
}

/** The address's part and the words for each type. */
export const WORDS: Record<ResourceType, { path: "connectors" | "flows"; one: string; many: string; who: string }> = {
	connector: { path: "connectors", one: "connector", many: "connectors", who: "workers" },
	flow: { path: "flows", one: "flow", many: "flows", who: "/v1/evaluate" },
};
