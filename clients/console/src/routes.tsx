import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { NotFound } from "./shell/NotFound";
import { refusalOf, type SignInSearch } from "./shell/signInWords";
import { Problem } from "./ui/Problem";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const page = <K extends string>(load: () => Promise<Record<K, unknown>>, name: K) => lazyRouteComponent(load as never, name as never);

const home = createRoute({ getParentRoute: () => root, path: "/", component: page(() => import("./shell/Home"), "Home") });
const signIn = createRoute({
	getParentRoute: () => root,
	path: "/sign-in",
	validateSearch: (search): SignInSearch => ({ to: localPath(search.to), error: refusalOf(search.error) }),
	component: page(() => import("./shell/SignIn"), "SignIn"),
});
const workspace = createRoute({
	getParentRoute: () => root,
	path: "/w/$workspace",
	component: page(() => import("./shell/Shell"), "Shell"),
});
const start = createRoute({
	getParentRoute: () => workspace,
	path: "/",
	beforeLoad: ({ params }) => {
		throw redirect({ to: "/w/$workspace/connectors", params });
	},
});

export interface ListSearch {
	q?: string;
	show?: "unpublished" | "archived";
}
const listSearch = (search: Record<string, unknown>): ListSearch => ({
	q: text(search.q),
	show: search.show === "unpublished" || search.show === "archived" ? search.show : undefined,
});
const connectors = createRoute({
	getParentRoute: () => workspace,
	path: "/connectors",
	validateSearch: listSearch,
	component: page(() => import("./connectors/ConnectorList"), "ConnectorList"),
});
const flows = createRoute({
	getParentRoute: () => workspace,
	path: "/flows",
	validateSearch: listSearch,
	component: page(() => import("./flows/FlowList"), "FlowList"),
});

export interface ConnectorSearch {
	tab?: "entities" | "flows" | "settings" | "json";
	/** The entity, or `source/type` of the event flow, that is open. */
	open?: string;
}
const connector = createRoute({
	getParentRoute: () => workspace,
	path: "/connectors/$slug",
	validateSearch: (search): ConnectorSearch => ({
		tab: (["entities", "flows", "settings", "json"] as const).find((tab) => tab === search.tab),
		open: text(search.open),
	}),
	component: page(() => import("./connectors/ConnectorPage"), "ConnectorPage"),
});
const flow = createRoute({
	getParentRoute: () => workspace,
	path: "/flows/$slug",
	component: page(() => import("./flows/FlowPage"), "FlowPage"),
});

export interface HistorySearch {
	show?: "all";
	/** `v` and a version, or `s` and a snapshot: what is compared. */
	compare?: string;
}
const review = () => page(() => import("./resources/ReviewModal"), "ReviewModal");
const conflict = () => page(() => import("./resources/DraftConflictModal"), "DraftConflictModal");
const history = () => page(() => import("./resources/HistoryPanel"), "HistoryPanel");
const historySearch = (search: Record<string, unknown>): HistorySearch => ({
	show: search.show === "all" ? "all" : undefined,
	compare: /^[vs]\d+$/.test(String(search.compare)) ? String(search.compare) : undefined,
});

export interface RunsSearch {
	source?: "cli" | "designer";
	status?: "succeeded" | "failed";
	flow?: string;
	range?: "1h" | "24h" | "7d" | "30d";
}
const runs = createRoute({
	getParentRoute: () => workspace,
	path: "/runs",
	validateSearch: (search): RunsSearch => ({
		source: (["cli", "designer"] as const).find((one) => one === search.source),
		status: (["succeeded", "failed"] as const).find((one) => one === search.status),
		flow: text(search.flow),
		range: (["1h", "24h", "7d", "30d"] as const).find((one) => one === search.range),
	}),
	component: page(() => import("./runs/RunsPage"), "RunsPage"),
});
const run = createRoute({
	getParentRoute: () => workspace,
	path: "/runs/$run",
	component: page(() => import("./runs/RunPage"), "RunPage"),
});

const settings = createRoute({
	getParentRoute: () => workspace,
	path: "/settings",
	component: page(() => import("./settings/SettingsLayout"), "SettingsLayout"),
});
const settingsStart = createRoute({
	getParentRoute: () => settings,
	path: "/",
	beforeLoad: ({ params }) => {
		throw redirect({ to: "/w/$workspace/settings/workspaces", params });
	},
});
const workspaces = createRoute({
	getParentRoute: () => settings,
	path: "/workspaces",
	component: page(() => import("./settings/WorkspacesPage"), "WorkspacesPage"),
});
const workspaceSettings = createRoute({
	getParentRoute: () => settings,
	path: "/workspaces/$id",
	component: page(() => import("./settings/WorkspaceSettingsPage"), "WorkspaceSettingsPage"),
});
const members = createRoute({
	getParentRoute: () => settings,
	path: "/members",
	component: page(() => import("./settings/MembersPage"), "MembersPage"),
});
const tokens = createRoute({
	getParentRoute: () => settings,
	path: "/tokens",
	component: page(() => import("./settings/TokensPage"), "TokensPage"),
});
export interface AuditSearch {
	actor?: string;
	resource?: string;
}
const audit = createRoute({
	getParentRoute: () => settings,
	path: "/audit",
	validateSearch: (search): AuditSearch => ({ actor: text(search.actor), resource: text(search.resource) }),
	component: page(() => import("./settings/AuditPage"), "AuditPage"),
});

const tree = root.addChildren([
	home,
	signIn,
	workspace.addChildren([
		start,
		connectors,
		flows,
		connector.addChildren([
			createRoute({ getParentRoute: () => connector, path: "/review", component: review() }),
			createRoute({ getParentRoute: () => connector, path: "/conflict", component: conflict() }),
			createRoute({ getParentRoute: () => connector, path: "/history", validateSearch: historySearch, component: history() }),
		]),
		flow.addChildren([
			createRoute({ getParentRoute: () => flow, path: "/review", component: review() }),
			createRoute({ getParentRoute: () => flow, path: "/conflict", component: conflict() }),
			createRoute({ getParentRoute: () => flow, path: "/history", validateSearch: historySearch, component: history() }),
		]),
		runs,
		run,
		settings.addChildren([settingsStart, workspaces, workspaceSettings, members, tokens, audit]),
	]),
]);

export const router = createRouter({
	routeTree: tree,
	defaultPreload: "intent",
	defaultErrorComponent: ({ error }) => <Problem error={error} />,
	defaultNotFoundComponent: NotFound,
	scrollRestoration: true,
});

declare module "@tanstack/react-router" {
	interface Register {
		router: typeof router;
	}
}

function text(value: unknown): string | undefined {
	return value === undefined || value === "" ? undefined : String(value);
}

/** Only a path of ours may follow a sign-in. */
function localPath(value: unknown): string | undefined {
	return typeof value === "string" && value.startsWith("/") && !value.startsWith("//") && !value.includes("\\") ? value : undefined;
}
