import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Outlet, useRouter } from "@tanstack/react-router";
import { Spin } from "antd";
import { useEffect, useMemo, useState } from "react";
import { answer, connect } from "../api/client";
import { ApiProblem } from "../api/problem";
import { connectors } from "../resources/connectors";
import { flows } from "../resources/flows";
import { Problem } from "../ui/Problem";
import { Navigation } from "./Navigation";
import { NotFound } from "./NotFound";
import { TopBar } from "./TopBar";
import { WorkspaceProvider, type WorkspaceView } from "./WorkspaceContext";
import { addressOf, findWorkspace, rememberWorkspace } from "./workspaces";

const route = getRouteApi("/w/$workspace");

/** Around every page of a workspace: which one, of which environment, under which governance mode. */
export function Shell() {
	const { workspace: at } = route.useParams();
	const router = useRouter();
	const everything = useQuery({ queryKey: ["me"], queryFn: () => answer(connect().GET("/v1/me")) });
	const ref = everything.data && findWorkspace(at, everything.data.workspaces);
	const api = useMemo(() => connect(ref?.id), [ref?.id]);
	const me = useQuery({ queryKey: [ref?.id, "me"], queryFn: () => answer(api.GET("/v1/me")), enabled: Boolean(ref) });
	const workspace = useQuery({
		queryKey: [ref?.id, "workspace"],
		queryFn: () => answer(api.GET("/v1/workspaces/{id}", { params: { path: { id: ref?.id ?? "" } } })),
		enabled: Boolean(ref),
		// The mode decides what may be done here, and others change it.
		refetchInterval: 30_000,
	});
	const view = useMemo<WorkspaceView | null>(() => {
		if (!ref || !me.data || !workspace.data || !everything.data) return null;
		return {
			at: addressOf(ref, everything.data.workspaces),
			me: me.data,
			workspace: workspace.data,
			api,
			resources: { connector: connectors(api), flow: flows(api) },
		};
	}, [ref, me.data, workspace.data, everything.data, api]);
	useEffect(() => {
		if (view) rememberWorkspace(view.workspace.id);
	}, [view]);

	const error = everything.error ?? me.error ?? workspace.error;
	const unauthorized = Boolean(error) && ApiProblem.of(error).code === "unauthorized";
	// Who is signed out while a page is open keeps it, with what was typed there.
	const signedOut = unauthorized && !view;
	// Once: on the way there this is still shown, and where one wanted to be must not become the page for signing in.
	useEffect(() => {
		if (signedOut) void router.navigate({ to: "/sign-in", search: { to: router.state.location.href }, replace: true });
	}, [signedOut, router]);
	if (signedOut) return <Spin fullscreen />;
	if (everything.data && !ref) return <NotFound />;
	if (error && !view) return <Problem error={error} />;
	if (!view) return <Spin fullscreen />;
	return (
		<WorkspaceProvider value={view} key={view.workspace.id}>
			<Frame>
				{unauthorized && <Problem error={error} />}
				<Outlet />
			</Frame>
		</WorkspaceProvider>
	);
}

function Frame({ children }: { children: React.ReactNode }) {
	const [menu, setMenu] = useState(false);
	return (
		<div className="frame">
			<a className="skip" href="#content">
				Skip to the content
			</a>
			<TopBar onMenu={() => setMenu(true)} />
			<Navigation drawer={menu} onClose={() => setMenu(false)} />
			<main id="content" tabIndex={-1}>
				{children}
			</main>
		</div>
	);
}
