import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Alert, Button, Empty, Input, Table, Tag } from "antd";
import { answer } from "../api/client";
import { pretty } from "../api/json";
import type { AuditSearch } from "../routes";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { Ago } from "../ui/Ago";
import { Initials } from "../ui/Initials";
import { Problem } from "../ui/Problem";

const route = getRouteApi("/w/$workspace/settings/audit");

export function AuditPage() {
	const { workspace } = useWorkspace();
	if (may(workspace.role, "admin")) return <Audit />;
	return <Alert type="info" showIcon message="Only an owner or admin of this workspace reads its audit." />;
}

/** Who did what, refusals included. */
function Audit() {
	const { api, workspace } = useWorkspace();
	const search = route.useSearch();
	const navigate = useNavigate();
	const set = (next: AuditSearch) => navigate({ to: ".", search: { ...search, ...next } as never, replace: true });
	const pages = useInfiniteQuery({
		queryKey: [workspace.id, "audit", search],
		queryFn: ({ pageParam }) => answer(api.GET("/v1/audit", { params: { query: { ...search, cursor: pageParam } } })),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.nextCursor ?? undefined,
		placeholderData: (kept) => kept,
	});
	return (
		<>
			<div className="filters">
				<Input.Search
					aria-label="Actor's e-mail"
					placeholder="Actor's e-mail"
					allowClear
					style={{ width: 240 }}
					defaultValue={search.actor}
					onSearch={(actor) => set({ actor: actor || undefined })}
				/>
				<Input.Search
					aria-label="Slug or id"
					placeholder="Slug or id"
					allowClear
					style={{ width: 240 }}
					defaultValue={search.resource}
					onSearch={(resource) => set({ resource: resource || undefined })}
				/>
			</div>
			{pages.error && <Problem error={pages.error} />}
			<div className="panel scroll-x">
				<Table
					rowKey="id"
					size="small"
					pagination={false}
					loading={pages.isPending}
					dataSource={pages.data?.pages.flatMap((page) => page.items)}
					locale={{ emptyText: pages.data && !pages.error ? <Empty description="Nothing is recorded that fits." /> : " " }}
					expandable={{ expandedRowRender: (entry) => <pre className="document">{pretty(entry.detail)}</pre> }}
					columns={[
						{ title: "When", render: (_, entry) => <Ago at={entry.at} /> },
						{
							title: "Who",
							render: (_, entry) => (
								<span className="row" style={{ justifyContent: "flex-start" }}>
									<Initials email={entry.actorEmail} agent={entry.surface === "agent"} /> <small>{entry.actorEmail}</small>
								</span>
							),
						},
						{
							title: "What",
							render: (_, entry) => (
								<Tag color={entry.action.endsWith("_refused") ? "error" : undefined}>{entry.action.replaceAll("_", " ")}</Tag>
							),
						},
						{
							title: "On",
							render: (_, entry) =>
								entry.resource ? `${entry.resource.type} ${entry.resource.slug}` : <span className="muted">the workspace</span>,
						},
						{ title: "From", render: (_, entry) => (entry.surface === "designer" ? "console" : entry.surface) },
					]}
				/>
				{pages.hasNextPage && (
					<div className="more">
						<Button loading={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
							Show older entries
						</Button>
					</div>
				)}
			</div>
		</>
	);
}
