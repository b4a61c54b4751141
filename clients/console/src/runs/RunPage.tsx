import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Alert, Button, Skeleton } from "antd";
import { answer } from "../api/client";
import { isObject, pretty } from "../api/json";
import { useWorkspace } from "../shell/WorkspaceContext";
import { Ago } from "../ui/Ago";
import { CommitLink } from "../ui/CommitLink";
import { lazily } from "../ui/lazily";
import { Problem } from "../ui/Problem";
import { RunBadge } from "../ui/SourceBadge";
import { StatusTag } from "./RunsPage";
import { duration } from "./range";
import { nodesOf, TraceList } from "./TraceList";

const RunGraph = lazily(() => import("./RunGraph"), <Skeleton active />);
const route = getRouteApi("/w/$workspace/runs/$run");

/** One evaluation: what came in, what came out, and what each node made of it. */
export function RunPage() {
	const { run: id } = route.useParams();
	const { workspace, api, at, resources } = useWorkspace();
	const query = useQuery({
		queryKey: [workspace.id, "runs", "one", id],
		queryFn: () => answer(api.GET("/v1/runs/{id}", { params: { path: { id } } })),
	});
	const run = query.data;
	const graph = useQuery({
		queryKey: [workspace.id, "flow", run?.flow, "graph", run?.snapshot],
		queryFn: () => resources.flow.snapshot(run?.flow ?? "", run?.snapshot ?? 0),
		enabled: Boolean(run),
		retry: false,
	});
	if (query.error) {
		const all = (
			<Link to="/w/$workspace/runs" params={{ workspace: at }}>
				<Button tabIndex={-1}>All runs</Button>
			</Link>
		);
		return <Problem error={query.error} action={all} />;
	}
	if (!run) return <Skeleton active />;
	const nodes = nodesOf(run.trace);
	return (
		<>
			<div className="page-head">
				<nav className="crumb" aria-label="Breadcrumb">
					<Link to="/w/$workspace/runs" params={{ workspace: at }}>
						Runs
					</Link>{" "}
					/ <code>{run.id}</code>
				</nav>
				<h1>{run.flowSlug}</h1>
				<StatusTag status={run.status} />
				<div className="facts">
					<span>{run.flowVersion ? `Version ${run.flowVersion}` : "Draft"}</span>
					<RunBadge badge={run.versionBadge} />
					<CommitLink commit={run.versionGitCommitSha} />
					<Ago at={run.createdAt} />
					<span>took {duration(run.durationUs)}</span>
					<Link to="/w/$workspace/flows/$slug" params={{ workspace: at, slug: run.flowSlug }}>
						Open the flow
					</Link>
				</div>
			</div>
			{run.error && <Alert className="banner" type="error" showIcon message={run.error.code} description={run.error.message} />}
			<div className="charts">
				<Document title="Input" value={run.input} />
				<Document title="Output" value={run.output} />
			</div>
			{graph.data && nodes.length > 0 && (
				<RunGraph graph={graph.data} trace={run.trace as never} result={run.output} failedNode={run.error?.nodeId} />
			)}
			{graph.error && <p className="muted">The graph that ran is not kept any more.</p>}
			<TraceList trace={run.trace} />
		</>
	);
}

/** Over 256 KB, only the digest and the size are kept. */
function Document({ title, value }: { title: string; value: unknown }) {
	const cut = isObject(value) && value.truncated === true && typeof value.bytes === "number" ? value.bytes : null;
	return (
		<section className="panel padded">
			<h2 style={{ fontSize: 14, marginBottom: 8 }}>{title}</h2>
			{cut !== null ? (
				<p className="muted">Too large to be kept: {Math.round(cut / 1024)} KB.</p>
			) : value === null || value === undefined ? (
				<p className="muted">There is none.</p>
			) : (
				<pre className="document">{pretty(value)}</pre>
			)}
		</section>
	);
}
