import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Button, Empty, Select, Skeleton, Table, Tag } from "antd";
import { useState } from "react";
import { answer } from "../api/client";
import type { RunsSearch } from "../routes";
import { useWorkspace } from "../shell/WorkspaceContext";
import { Ago } from "../ui/Ago";
import { Chips } from "../ui/Chips";
import { CommitLink } from "../ui/CommitLink";
import { Problem } from "../ui/Problem";
import { RunBadge } from "../ui/SourceBadge";
import { LatencyChart, OutcomeChart } from "./Charts";
import { duration, RANGES, type Range, startOf } from "./range";

const REFRESH = 15_000;
const route = getRouteApi("/w/$workspace/runs");

/** Every evaluation, with the version that it ran and where that came from. */
export function RunsPage() {
	const { workspace, api, at } = useWorkspace();
	const search = route.useSearch();
	const { source, status, flow, range = "24h" } = search;
	const runs = useInfiniteQuery({
		queryKey: [workspace.id, "runs", source, status, flow, range],
		queryFn: ({ pageParam }) =>
			answer(api.GET("/v1/runs", { params: { query: { source, status, flow, from: startOf(range, Date.now()), cursor: pageParam } } })),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.nextCursor ?? undefined,
		placeholderData: (kept) => kept,
		// New runs come by themselves, unless somebody is reading older ones.
		refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : REFRESH),
	});
	const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
	const filtered = Boolean(source || status || flow);
	return (
		<>
			<div className="page-head">
				<h1>Runs</h1>
			</div>
			<Filters search={search} />
			<Stats range={range} flow={flow} source={source} />
			{runs.error && <Problem error={runs.error} />}
			<div className="panel scroll-x">
				<Table
					rowKey="id"
					size="small"
					loading={runs.isPending}
					pagination={false}
					dataSource={items}
					locale={{
						emptyText:
							runs.isPending || runs.error ? (
								" "
							) : (
								<Empty
									description={
										filtered
											? "No run fits these filters in this range."
											: "No runs in this range. Evaluate a flow with POST /v1/evaluate/{slug}, or test a draft in the designer."
									}
								/>
							),
					}}
					columns={[
						{
							title: "Run",
							render: (_, run) => (
								<Link to="/w/$workspace/runs/$run" params={{ workspace: at, run: run.id }}>
									<Ago at={run.createdAt} />
								</Link>
							),
						},
						{
							title: "Flow",
							render: (_, run) => (
								<Link to="/w/$workspace/flows/$slug" params={{ workspace: at, slug: run.flowSlug }}>
									{run.flowSlug}
								</Link>
							),
						},
						{ title: "Version", render: (_, run) => run.flowVersion ?? <span className="muted">draft</span> },
						{ title: "Source", render: (_, run) => <RunBadge badge={run.versionBadge} /> },
						{ title: "Commit", render: (_, run) => <CommitLink commit={run.versionGitCommitSha} /> },
						{ title: "Status", render: (_, run) => <StatusTag status={run.status} /> },
						{ title: "Took", align: "right", render: (_, run) => duration(run.durationUs) },
					]}
				/>
				{runs.hasNextPage && (
					<div className="more">
						<Button loading={runs.isFetchingNextPage} onClick={() => runs.fetchNextPage()}>
							Show older runs
						</Button>
					</div>
				)}
			</div>
		</>
	);
}

export function StatusTag({ status }: { status: string }) {
	return <Tag color={status === "succeeded" ? "success" : "error"}>{status}</Tag>;
}

function Filters({ search }: { search: RunsSearch }) {
	const { workspace, at, resources } = useWorkspace();
	const navigate = useNavigate();
	const set = (next: RunsSearch) => navigate({ to: "/w/$workspace/runs", params: { workspace: at }, search: { ...search, ...next } });
	const [q, setQ] = useState("");
	const flows = useQuery({
		queryKey: [workspace.id, "flow", "list", "filter", q],
		queryFn: () => resources.flow.list({ q: q || undefined }),
		placeholderData: (kept) => kept,
	});
	const options = (flows.data?.items ?? []).map((flow) => ({ value: flow.slug, label: flow.name }));
	return (
		<div className="filters">
			<Chips
				label="Status"
				value={search.status ?? "any"}
				options={[
					{ value: "any", label: "Any status" },
					{ value: "succeeded", label: "Succeeded" },
					{ value: "failed", label: "Failed" },
				]}
				onChange={(status) => set({ status: status === "any" ? undefined : status })}
			/>
			<Chips
				label="Source"
				shown
				testId="source-filter"
				value={search.source ?? "all"}
				options={[
					{ value: "all", label: "all" },
					{ value: "cli", label: "cli" },
					{ value: "designer", label: "console" },
				]}
				onChange={(source) => set({ source: source === "all" ? undefined : source })}
			/>
			<Select
				aria-label="Flow"
				placeholder="Any flow"
				allowClear
				showSearch
				// The API searches: there may be more flows than one page of them.
				filterOption={false}
				onSearch={setQ}
				notFoundContent={flows.isFetching ? "Searching…" : "No flow fits."}
				style={{ minWidth: 180 }}
				value={search.flow}
				options={options}
				onChange={(flow?: string) => set({ flow })}
			/>
			<Select
				aria-label="Range"
				value={search.range ?? "24h"}
				options={(Object.keys(RANGES) as Range[]).map((value) => ({ value, label: `Last ${RANGES[value].label}` }))}
				onChange={(range) => set({ range: range === "24h" ? undefined : range })}
			/>
		</div>
	);
}

function Stats({ range, flow, source }: { range: Range; flow?: string; source?: string }) {
	const { workspace, api } = useWorkspace();
	const stats = useQuery({
		queryKey: [workspace.id, "runs", "stats", range, flow, source],
		queryFn: () => {
			const query = { from: startOf(range, Date.now()), to: new Date().toISOString(), flow, source };
			return answer(api.GET("/v1/runs/stats", { params: { query } }));
		},
		placeholderData: (kept) => kept,
		refetchInterval: REFRESH,
	});
	if (stats.error) return <Problem error={stats.error} />;
	if (!stats.data) return <Skeleton active paragraph={{ rows: 4 }} />;
	return (
		<div className="charts">
			<OutcomeChart buckets={stats.data.buckets} />
			<LatencyChart buckets={stats.data.buckets} />
		</div>
	);
}
