import { getRouteApi, Outlet } from "@tanstack/react-router";
import { Skeleton } from "antd";
import { Banners } from "../resources/Banners";
import { ResourceProvider, useResourceQueries } from "../resources/ResourceContext";
import { ResourceHead } from "../resources/ResourceHead";
import { Unavailable } from "../resources/Unavailable";
import { lazily } from "../ui/lazily";
import { Diverged } from "./FlowList";

const Designer = lazily(() => import("./Designer"), <Skeleton active paragraph={{ rows: 12 }} />);
const route = getRouteApi("/w/$workspace/flows/$slug");

/** A flow's draft in the designer, which is large and comes lazily. */
export function FlowPage() {
	const { slug } = route.useParams();
	const { view, error } = useResourceQueries("flow", slug);
	if (error && !view) return <Unavailable type="flow" error={error} />;
	if (!view) return <Skeleton active />;
	return (
		<ResourceProvider value={view}>
			<ResourceHead extra={view.resource.divergedFromGit && <Diverged />} />
			<Banners />
			<Designer key={view.resource.id} />
			<Outlet />
		</ResourceProvider>
	);
}
