import { PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button, Empty, Input, type InputRef, Skeleton, Table, Tag } from "antd";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import type { ListSearch } from "../routes";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { Ago } from "../ui/Ago";
import { Chips } from "../ui/Chips";
import { lazily } from "../ui/lazily";
import { Problem } from "../ui/Problem";
import { type Resource, type ResourceType, WORDS } from "./model";

const CreateModal = lazily(() => import("./CreateModal"), null);

/** The list of connectors, or of flows. */
export function ResourceTable({
	type,
	search,
	badges,
}: {
	type: ResourceType;
	search: ListSearch;
	badges?(item: Resource): React.ReactNode;
}) {
	const { workspace, at, resources } = useWorkspace();
	const navigate = useNavigate();
	const [creating, setCreating] = useState(false);
	const words = WORDS[type];
	const q = useDeferredValue(search.q);
	const { typed, setTyped, box } = useTyped(search.q ?? "");
	const query = {
		q,
		has_unpublished_changes: search.show === "unpublished" ? true : undefined,
		archived: search.show === "archived",
	};
	const pages = useInfiniteQuery({
		queryKey: [workspace.id, type, "list", query],
		queryFn: ({ pageParam }) => resources[type].list({ ...query, cursor: pageParam }),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next ?? undefined,
		placeholderData: (kept) => kept,
	});
	const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
	const path = `/w/$workspace/${words.path}` as const;
	const set = (next: ListSearch) => navigate({ to: path, params: { workspace: at }, search: { ...search, ...next }, replace: true });
	const draftable = may(workspace.role, "draft");
	const add = draftable && (
		<Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
			New {words.one}
		</Button>
	);
	const nothing =
		search.q || search.show ? (
			<Empty description={`No ${words.one} fits. Change the search or the filter.`} />
		) : (
			<Empty
				description={`There are no ${words.many} yet. ${draftable ? `Make one here, or run fcc setup.` : "An author can make the first one."}`}
			>
				{add}
			</Empty>
		);
	return (
		<>
			<div className="page-head">
				<h1>{type === "flow" ? "Flows" : "Connectors"}</h1>
				<div className="actions">{add}</div>
			</div>
			<div className="filters">
				<Input
					prefix={<SearchOutlined aria-hidden />}
					aria-label={`Search ${words.many}`}
					placeholder="Search by name or slug"
					allowClear
					style={{ width: 260 }}
					ref={box}
					value={typed}
					onChange={(event) => {
						setTyped(event.target.value);
						set({ q: event.target.value || undefined });
					}}
				/>
				<Chips
					label="Show"
					value={search.show ?? "all"}
					options={[
						{ value: "all", label: "All" },
						{ value: "unpublished", label: "Unpublished changes" },
						{ value: "archived", label: "Archived" },
					]}
					onChange={(show) => set({ show: show === "all" ? undefined : show })}
				/>
			</div>
			{pages.error && <Problem error={pages.error} />}
			{pages.isPending && !pages.error ? (
				<Skeleton active />
			) : (
				<div className="panel scroll-x">
					<Table
						rowKey="id"
						size="middle"
						pagination={false}
						dataSource={items}
						locale={{ emptyText: pages.error ? " " : nothing }}
						columns={[
							{
								title: "Name",
								render: (_, item) => (
									<>
										<Link to={`${path}/$slug`} params={{ workspace: at, slug: item.slug }}>
											{item.name}
										</Link>
										<br />
										<small>
											<code>{item.slug}</code>
										</small>
									</>
								),
							},
							{
								title: "Live version",
								dataIndex: "activeVersion",
								render: (version: number) => (version ? version : <span className="muted">none yet</span>),
							},
							{
								title: "State",
								render: (_, item) => (
									<span className="line-tags">
										{item.hasUnpublishedChanges && <Tag color="warning">unpublished changes</Tag>}
										{badges?.(item)}
										{item.archived && <Tag>archived</Tag>}
									</span>
								),
							},
							{ title: "Updated", dataIndex: "updatedAt", render: (updated: string) => <Ago at={updated} /> },
						]}
					/>
					{pages.hasNextPage && (
						<div className="more">
							<Button loading={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
								Show more
							</Button>
						</div>
					)}
				</div>
			)}
			{creating && <CreateModal type={type} onClose={() => setCreating(false)} />}
		</>
	);
}

/** What stands in the search box. The address follows a moment later, and would move the caret; it leads only where nobody is typing. */
function useTyped(address: string) {
	const [typed, setTyped] = useState(address);
	const box = useRef<InputRef>(null);
	useEffect(() => {
		if (document.activeElement !== box.current?.input) setTyped(address);
	}, [address]);
	return { typed, setTyped, box };
}
