import { type Api, answer, type Schemas } from "../api/client";
import type { JsonObject } from "../api/json";
import type { Change, Conflict, Draft, Finding, Provenance, Resource, ResourceApi } from "./model";
import { snapshots } from "./snapshots";

/** Flows speak camelCase. */
export function flows(api: Api): ResourceApi {
	const at = (id: string, etag?: string) => ({ path: { id }, header: etag ? { "If-Match": etag } : {} });
	const by = (id: string) => ({ path: { id } });
	return {
		type: "flow",
		async list(query) {
			const page = await answer(api.GET("/v1/flows", { params: { query } }));
			return { items: page.items.map(resource), next: page.nextCursor };
		},
		create: async (slug, name) => resource(await answer(api.POST("/v1/flows", { body: { slug, name, graph: FIRST_GRAPH as never } }))),
		get: async (id) => resource(await answer(api.GET("/v1/flows/{id}", { params: by(id) }))),
		rename: async (id, name) => resource(await answer(api.PATCH("/v1/flows/{id}", { params: at(id), body: { name } }))),
		remove: (id) => answer<never>(api.DELETE("/v1/flows/{id}", { params: at(id) }) as never),
		draft: async (id) => draft(await answer(api.GET("/v1/flows/{id}/draft", { params: by(id) }))),
		putDraft: async (id, document, etag) =>
			draft(await answer(api.PUT("/v1/flows/{id}/draft", { params: at(id, etag), body: { graph: document as never } }))),
		reset: async (id, etag) => draft(await answer(api.DELETE("/v1/flows/{id}/draft", { params: at(id, etag) }))),
		async diff(id) {
			const diff = await answer(api.GET("/v1/flows/{id}/draft/diff", { params: by(id) }));
			return { ...diff, activeVersion: diff.publishedVersion, changes: diff.changes as Change[], conflicts: diff.conflicts as Conflict[] };
		},
		merge: async (id, resolutions, dryRun, etag) =>
			draft(
				await answer(api.POST("/v1/flows/{id}/draft/merge", { params: at(id, etag), body: { resolutions: resolutions as never, dryRun } })),
			),
		async publish(id, baseVersion, note, draftEtag) {
			const body = { baseVersion, note: note || null, draftEtag };
			return (await answer(api.POST("/v1/flows/{id}/publish", { params: at(id), body }))).version;
		},
		async rollback(id, version, baseVersion, note) {
			const body = { version, baseVersion, note: note || null };
			return (await answer(api.POST("/v1/flows/{id}/rollback", { params: at(id), body }))).version;
		},
		archive: async (id, baseVersion) =>
			(await answer(api.POST("/v1/flows/{id}/archive", { params: at(id), body: { baseVersion } }))).version,
		unarchive: async (id, baseVersion) =>
			(await answer(api.POST("/v1/flows/{id}/unarchive", { params: at(id), body: { baseVersion } }))).version,
		async versions(id, cursor) {
			const page = await answer(api.GET("/v1/flows/{id}/versions", { params: { ...by(id), query: { cursor } } }));
			return {
				items: page.items.map((item) => ({
					...provenance(item),
					version: item.version,
					isActive: item.isActive,
					publishedAt: item.publishedAt,
				})),
				next: page.nextCursor,
			};
		},
		version: async (id, version) =>
			(await answer(api.GET("/v1/flows/{id}/versions/{version}", { params: { path: { id, version } } }))).graph as JsonObject,
		versionDiff: async (id, version, against) =>
			(await answer(api.GET("/v1/flows/{id}/versions/{version}/diff", { params: { path: { id, version }, query: { against } } })))
				.changes as Change[],
		snapshots: (id, cursor) => snapshots(api, "flow", id, cursor),
		snapshot: async (id, snapshot) =>
			(await answer(api.GET("/v1/flows/{id}/snapshots/{snapshot}", { params: { path: { id, snapshot } } }))).graph as JsonObject,
		restoreVersion: async (id, version, etag) =>
			draft(
				await answer(
					api.POST("/v1/flows/{id}/versions/{version}/restore", {
						params: { path: { id, version }, header: { "If-Match": etag } },
						body: {},
					}),
				),
			),
		restoreSnapshot: async (id, snapshot, etag) =>
			draft(
				await answer(
					api.POST("/v1/flows/{id}/snapshots/{snapshot}/restore", {
						params: { path: { id, snapshot }, header: { "If-Match": etag } },
						body: {},
					}),
				),
			),
	};
}

/** What a new flow begins with: what comes in, and what goes out. */
const FIRST_GRAPH = {
	nodes: [
		{ id: "request", type: "inputNode", name: "Request", position: { x: 80, y: 160 } },
		{ id: "response", type: "outputNode", name: "Response", position: { x: 680, y: 160 } },
	],
	edges: [],
};

function resource(item: Schemas["Flow"]): Resource {
	return { ...item, activeVersion: item.publishedVersion };
}

function draft(given: Schemas["FlowDraft"]): Draft {
	return {
		...given,
		document: given.graph as JsonObject,
		activeVersion: given.publishedVersion,
		findings: given.diagnostics as Finding[],
	};
}

function provenance(item: Schemas["FlowProvenance"]): Provenance {
	return { ...item, email: item.createdByEmail, commit: item.gitCommitSha, branch: item.gitBranch };
}
