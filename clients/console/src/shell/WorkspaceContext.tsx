import { createContext, useContext } from "react";
import type { Api, Schemas } from "../api/client";
import type { ResourceApi, ResourceType } from "../resources/model";

export type Right = "read" | "draft" | "publish" | "evaluate" | "admin";

/** Where one is, and as whom. */
export interface WorkspaceView {
	/** The address's part that stands for the workspace: its slug, or its id where another has the same slug. */
	at: string;
	me: Schemas["Me"];
	workspace: Schemas["Workspace"];
	api: Api;
	resources: Record<ResourceType, ResourceApi>;
}

const Context = createContext<WorkspaceView | null>(null);
export const WorkspaceProvider = Context.Provider;

export function useWorkspace(): WorkspaceView {
	const view = useContext(Context);
	if (!view) throw new Error("This page belongs into a workspace.");
	return view;
}

const ROLES: Record<Right, string[]> = {
	read: ["viewer", "author", "editor", "admin", "owner"],
	draft: ["author", "editor", "admin", "owner"],
	publish: ["editor", "admin", "owner"],
	evaluate: ["editor", "admin", "owner"],
	admin: ["admin", "owner"],
};

export function may(role: string | null | undefined, right: Right): boolean {
	return ROLES[right].includes(role ?? "");
}

/** Why the console can't publish here, if it can't: the role, or the governance mode. */
export function publishRefusal(workspace: Pick<Schemas["Workspace"], "governanceMode" | "role">): "role" | "governance" | null {
	if (workspace.governanceMode === "CodeManaged") return "governance";
	return may(workspace.role, "publish") ? null : "role";
}

export const REFUSED = {
	governance: "This workspace is set to CodeManaged. Publishing from the console is disabled.",
	role: "Your role here can't publish: ask an editor, admin or owner.",
};
