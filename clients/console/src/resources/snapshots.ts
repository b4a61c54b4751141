import { type Api, answer } from "../api/client";
import type { Page, ResourceType, Snapshot } from "./model";

/** Everything that was ever saved, newest first. */
export async function snapshots(api: Api, type: ResourceType, id: string, cursor?: string): Promise<Page<Snapshot>> {
	const page = await answer(api.GET("/v1/sync/history/{type}/{id}", { params: { path: { type, id }, query: { cursor } } }));
	return {
		items: page.items.map((item) => ({
			snapshot: item.snapshot,
			version: item.version,
			isCurrent: item.isCurrent,
			createdAt: item.createdAtUtc,
			source: item.source,
			surface: item.surface,
			actorKind: item.actorKind,
			email: item.createdByEmail,
			commit: item.gitCommitSha,
			branch: item.gitBranch,
			note: item.note,
			restoredFrom: item.restoredFrom,
			archived: item.archived,
			digest: item.digest,
			client: item.client,
		})),
		next: page.nextCursor,
	};
}
