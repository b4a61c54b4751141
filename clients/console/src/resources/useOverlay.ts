import { useNavigate } from "@tanstack/react-router";
import { useWorkspace } from "../shell/WorkspaceContext";
import { WORDS } from "./model";
import { useResource } from "./ResourceContext";

export type Overlay = "review" | "conflict" | "history";

/** Opens what lies over a resource's page, and closes it; each has an address of its own. */
export function useOverlay() {
	const { type, slug } = useResource();
	const { at } = useWorkspace();
	const navigate = useNavigate();
	const base = `/w/$workspace/${WORDS[type].path}/$slug` as const;
	const params = { workspace: at, slug };
	return {
		open: (overlay: Overlay) => navigate({ to: `${base}/${overlay}`, params, search: true }),
		close: () => navigate({ to: base, params, search: (kept: Record<string, unknown>) => ({ tab: kept.tab, open: kept.open }) as never }),
	};
}
