import { type Api, answer, type Schemas } from "../api/client";
import type { JsonObject } from "../api/json";
import type { Change, Conflict, Draft, Provenance, Resource, ResourceApi } from "./model";
import { snapshots } from "./snapshots";

/** Connectors speak snake_case. */
export function connectors(api: Api): ResourceApi {
	const at = (id: string, etag?: string) => ({ path: { id }, header: etag ? { "If-Match": etag } : {} });
	const by = (id: string) => ({ path: { id } });
	return {
		type: "connector",
		async list(query) {
			const page = await answer(api.GET("/api/connectors", { params: { query } }));
			return { items: page.items.map(resource), next: page.next_cursor };
		},
		create: async (slug, name) => resource(await answer(api.POST("/api/connectors", { body: { slug, name } }))),
		get: async (id) => resource(await answer(api.GET("/api/connectors/{id}", { params: by(id) }))),
		rename: async (id, name) => resource(await answer(api.PATCH("/api/connectors/{id}", { params: at(id), body: { name } }))),
		remove: (id) => answer<never>(api.DELETE("/api/connectors/{id}", { params: at(id) }) as never),
		draft: async (id) => draft(await answer(api.GET("/api/connectors/{id}/draft", { params: by(id) }))),
		putDraft: async (id, document, etag) =>
			draft(await answer(api.PUT("/api/connectors/{id}/draft", { params: at(id, etag), body: document as never }))),
		reset: async (id, etag) => draft(await answer(api.DELETE("/api/connectors/{id}/draft", { params: at(id, etag) }))),
		async diff(id) {
			const diff = await answer(api.GET("/api/connectors/{id}/draft/diff", { params: by(id) }));
			return {
				baseVersion: diff.base_version,
				activeVersion: diff.active_version,
				changes: diff.changes as Change[],
				conflicts: diff.conflicts as Conflict[],
				mergeable: diff.mergeable,
				truncated: diff.truncated,
			};
		},
		merge: async (id, resolutions, dry_run, etag) =>
			draft(
				await answer(
					api.POST("/api/connectors/{id}/draft/merge", { params: at(id, etag), body: { resolutions: resolutions as never, dry_run } }),
				),
			),
		async publish(id, base_version, note, draft_etag) {
			const body = { base_version, note: note || null, draft_etag };
			return (await answer(api.POST("/api/connectors/{id}/publish", { params: at(id), body }))).version;
		},
		async rollback(id, version, base_version, note) {
			const body = { version, base_version, note: note || null };
			return (await answer(api.POST("/api/connectors/{id}/rollback", { params: at(id), body }))).version;
		},
		archive: async (id, base_version) =>
			(await answer(api.POST("/api/connectors/{id}/archive", { params: at(id), body: { base_version } }))).version,
		unarchive: async (id, base_version) =>
			(await answer(api.POST("/api/connectors/{id}/unarchive", { params: at(id), body: { base_version } }))).version,
		async versions(id, cursor) {
			const page = await answer(api.GET("/api/connectors/{id}/versions", { params: { ...by(id), query: { cursor } } }));
			return {
				items: page.items.map((item) => ({
					...provenance(item),
					version: item.version,
					isActive: item.is_active,
					publishedAt: item.published_at,
				})),
				next: page.next_cursor,
			};
		},
		version: async (id, version) =>
			(await answer(api.GET("/api/connectors/{id}/versions/{version}", { params: { path: { id, version } } }))).config as JsonObject,
		versionDiff: async (id, version, against) =>
			(await answer(api.GET("/api/connectors/{id}/versions/{version}/diff", { params: { path: { id, version }, query: { against } } })))
				.changes as Change[],
		snapshots: (id, cursor) => snapshots(api, "connector", id, cursor),
		snapshot: async (id, snapshot) =>
			(await answer(api.GET("/api/connectors/{id}/snapshots/{snapshot}", { params: { path: { id, snapshot } } }))).config as JsonObject,
		restoreVersion: async (id, version, etag) =>
			draft(
				await answer(
					api.POST("/api/connectors/{id}/versions/{version}/restore", {
						params: { path: { id, version }, header: { "If-Match": etag } },
						body: {},
					}),
				),
			),
		restoreSnapshot: async (id, snapshot, etag) =>
			draft(
				await answer(
					api.POST("/api/connectors/{id}/snapshots/{snapshot}/restore", {
						params: { path: { id, snapshot }, header: { "If-Match": etag } },
						body: {},
					}),
				),
			),
	};
}

/** One part of a connector's config, which the API can write without the rest. */
export type Part = { kind: "entity"; name: string } | { kind: "flow"; source: string; type: string } | { kind: "settings" };

export async function putPart(api: Api, id: string, part: Part, value: JsonObject, etag: string): Promise<Draft> {
	const header = { "If-Match": etag };
	const body = value as never;
	if (part.kind === "entity") {
		const path = { id, name: part.name };
		return draft(await answer(api.PUT("/api/connectors/{id}/draft/entities/{name}", { params: { path, header }, body })));
	}
	if (part.kind === "flow") {
		const path = { id, source: part.source, type: part.type };
		return draft(await answer(api.PUT("/api/connectors/{id}/draft/event-flows/{source}/{type}", { params: { path, header }, body })));
	}
	return draft(await answer(api.PUT("/api/connectors/{id}/draft/settings", { params: { path: { id }, header }, body })));
}

export async function removePart(api: Api, id: string, part: Part, etag: string): Promise<Draft> {
	const header = { "If-Match": etag };
	if (part.kind === "entity") {
		const path = { id, name: part.name };
		return draft(await answer(api.DELETE("/api/connectors/{id}/draft/entities/{name}", { params: { path, header } })));
	}
	if (part.kind === "flow") {
		const path = { id, source: part.source, type: part.type };
		return draft(await answer(api.DELETE("/api/connectors/{id}/draft/event-flows/{source}/{type}", { params: { path, header } })));
	}
	return putPart(api, id, part, {}, etag);
}

function resource(item: Schemas["Connector"]): Resource {
	return {
		id: item.id,
		slug: item.slug,
		name: item.name,
		activeVersion: item.active_version,
		hasUnpublishedChanges: item.has_unpublished_changes,
		archived: item.archived,
		updatedAt: item.updated_at,
	};
}

function draft(given: Schemas["ConnectorDraft"]): Draft {
	return {
		document: given.config as JsonObject,
		baseVersion: given.base_version,
		activeVersion: given.active_version,
		hasUnpublishedChanges: given.has_unpublished_changes,
		etag: given.etag,
		updatedAt: given.updated_at,
		updatedBy: given.updated_by,
		findings: [
			...given.blockers.map((finding) => ({ ...finding, severity: "error" as const })),
			...given.warnings.map((finding) => ({ ...finding, severity: "warning" as const })),
		],
	};
}

function provenance(item: Schemas["Provenance"]): Provenance {
	return {
		source: item.source,
		surface: item.surface,
		actorKind: item.actor_kind,
		email: item.created_by_email,
		commit: item.git_commit_sha,
		branch: item.git_branch,
		note: item.note,
		restoredFrom: item.restored_from,
		archived: item.archived,
		digest: item.digest,
	};
}
