import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useMemo, useState } from "react";
import { useWorkspace } from "../shell/WorkspaceContext";
import type { Draft, Resource, ResourceApi, ResourceType } from "./model";

/** The connector or flow that is open, for its page and everything that opens over it. */
export interface ResourceView {
	type: ResourceType;
	slug: string;
	api: ResourceApi;
	resource: Resource;
	draft: Draft;
	/** Takes a draft that the API just answered, and has everything else that depends on it asked for again. */
	took(draft: Draft): void;
	/** Something was published or changed elsewhere: ask for everything again. */
	refresh(): Promise<void>;
	/** Saves what is still on its way (the designer's autosave), and answers the draft as it is then. Nothing is reviewed or reset before. */
	settle(): Promise<Draft>;
	/** Where the designer says how it saves. */
	saver: { current: (() => Promise<boolean>) | null };
	/** What the page holds that the draft doesn't. */
	unsaved: Unsaved;
	setUnsaved(unsaved: Unsaved): void;
}

/** Typed into a form that saves when it is told to; drawn, and on its way; drawn, and refused or in conflict. */
export type Unsaved = "typed" | "saving" | "refused" | null;

const Context = createContext<ResourceView | null>(null);
export const ResourceProvider = Context.Provider;

export function useResource(): ResourceView {
	const view = useContext(Context);
	if (!view) throw new Error("This opens over a connector or a flow.");
	return view;
}

export function keysOf(workspace: string, type: ResourceType, slug: string) {
	const all = [workspace, type, slug] as const;
	return { all, resource: [...all, "resource"], draft: [...all, "draft"], list: [workspace, type, "list"] };
}

/** Loads both; the page shows itself once they are there. */
export function useResourceQueries(type: ResourceType, slug: string) {
	const { workspace, resources } = useWorkspace();
	const queries = useQueryClient();
	const api = resources[type];
	const keys = useMemo(() => keysOf(workspace.id, type, slug), [workspace.id, type, slug]);
	const resource = useQuery({ queryKey: keys.resource, queryFn: () => api.get(slug), refetchInterval: 20_000 });
	const draft = useQuery({ queryKey: keys.draft, queryFn: () => api.draft(slug), refetchInterval: 20_000 });
	const saver = useMemo<ResourceView["saver"]>(() => ({ current: null }), []);
	const [unsaved, setUnsaved] = useState<Unsaved>(null);
	const view = useMemo<ResourceView | null>(() => {
		if (!resource.data || !draft.data) return null;
		return {
			type,
			slug,
			api,
			saver,
			unsaved,
			setUnsaved,
			resource: resource.data,
			draft: draft.data,
			settle: async () => {
				await saver.current?.();
				return queries.getQueryData<Draft>(keys.draft) ?? draft.data;
			},
			took: (taken) => {
				queries.setQueryData(keys.draft, taken);
				invalidateAllBut(queries, keys, keys.draft);
			},
			refresh: async () => {
				await Promise.all([queries.invalidateQueries({ queryKey: keys.all }), queries.invalidateQueries({ queryKey: keys.list })]);
			},
		};
	}, [type, slug, api, saver, unsaved, resource.data, draft.data, queries, keys]);
	return { view, error: resource.error ?? draft.error };
}

function invalidateAllBut(queries: QueryClient, keys: ReturnType<typeof keysOf>, kept: readonly unknown[]): void {
	const same = (key: readonly unknown[]) => key.length === kept.length && key.every((part, at) => part === kept[at]);
	void queries.invalidateQueries({ queryKey: keys.all, predicate: (query) => !same(query.queryKey) });
	void queries.invalidateQueries({ queryKey: keys.list });
}
