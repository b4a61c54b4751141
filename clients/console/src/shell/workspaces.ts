import type { Schemas } from "../api/client";

const LAST = "fetchcatch.workspace";

/** Slugs are unique in a tenant; where somebody belongs to several, the id tells two of one slug apart. */
export function addressOf(workspace: Schemas["WorkspaceRef"], all: Schemas["WorkspaceRef"][]): string {
	return all.filter((other) => other.slug === workspace.slug).length > 1 ? workspace.id : workspace.slug;
}

export function findWorkspace(at: string, all: Schemas["WorkspaceRef"][]): Schemas["WorkspaceRef"] | undefined {
	return all.find((workspace) => workspace.id === at) ?? all.find((workspace) => workspace.slug === at);
}

export function lastWorkspace(all: Schemas["WorkspaceRef"][]): Schemas["WorkspaceRef"] | undefined {
	return findWorkspace(localStorage.getItem(LAST) ?? "", all) ?? all[0];
}

export function rememberWorkspace(id: string): void {
	localStorage.setItem(LAST, id);
}
