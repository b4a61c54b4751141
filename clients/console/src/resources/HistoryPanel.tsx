import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Drawer, Empty, Skeleton, Tabs } from "antd";
import { useState } from "react";
import type { HistorySearch } from "../routes";
import { useWorkspace } from "../shell/WorkspaceContext";
import { Problem } from "../ui/Problem";
import { CompareModal } from "./CompareModal";
import { type Fold, fold } from "./fold";
import { HistoryRow } from "./HistoryRow";
import { WORDS } from "./model";
import { keysOf, useResource } from "./ResourceContext";
import { useOverlay } from "./useOverlay";

/** Who changed what production does, and everything that was ever saved. */
export function HistoryPanel() {
	const { type } = useResource();
	const { close } = useOverlay();
	const navigate = useNavigate();
	const search: HistorySearch = useSearch({ strict: false });
	const compare = (what?: string) => navigate({ to: ".", search: (kept: object) => ({ ...kept, compare: what }) as never });
	return (
		<Drawer open width={Math.min(560, globalThis.innerWidth)} title="History" aria-label="History" onClose={close} data-testid="history">
			<Tabs
				activeKey={search.show ?? "published"}
				onChange={(key) => navigate({ to: ".", search: (kept: object) => ({ ...kept, show: key === "all" ? "all" : undefined }) as never })}
				items={[
					{
						key: "published",
						label: "Published",
						children: (
							<>
								<p className="muted">Only what changed what {WORDS[type].who === "workers" ? "workers read" : "/v1/evaluate answers"}.</p>
								<Published onCompare={compare} />
							</>
						),
					},
					{
						key: "all",
						label: "All snapshots",
						children: (
							<>
								<p className="muted">Every save and apply, whoever made it.</p>
								<Snapshots onCompare={compare} />
							</>
						),
					},
				]}
			/>
			{search.compare && <CompareModal what={search.compare} onClose={() => compare()} />}
		</Drawer>
	);
}

function Published({ onCompare }: { onCompare(what: string): void }) {
	const { api, type, slug } = useResource();
	const { workspace } = useWorkspace();
	const pages = useInfiniteQuery({
		queryKey: [...keysOf(workspace.id, type, slug).all, "published"],
		queryFn: ({ pageParam }) => api.versions(slug, pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next ?? undefined,
	});
	const versions = pages.data?.pages.flatMap((page) => page.items) ?? [];
	if (pages.error) return <Problem error={pages.error} />;
	if (pages.isPending) return <Skeleton active />;
	if (versions.length === 0) return <Empty description="Nothing is published yet. Review your changes and publish the first version." />;
	return (
		<>
			<ul className="history">
				{versions.map((version) => (
					<HistoryRow
						key={version.version}
						provenance={version}
						version={version.version}
						live={version.isActive}
						at={version.publishedAt}
						onCompare={() => onCompare(`v${version.version}`)}
					/>
				))}
			</ul>
			<More pages={pages} />
		</>
	);
}

function Snapshots({ onCompare }: { onCompare(what: string): void }) {
	const { api, type, slug } = useResource();
	const { workspace } = useWorkspace();
	const pages = useInfiniteQuery({
		queryKey: [...keysOf(workspace.id, type, slug).all, "snapshots"],
		queryFn: ({ pageParam }) => api.snapshots(slug, pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next ?? undefined,
	});
	if (pages.error) return <Problem error={pages.error} />;
	if (pages.isPending) return <Skeleton active />;
	return (
		<>
			<ul className="history">
				{fold(pages.data.pages.flatMap((page) => page.items)).map((one) => (
					<FoldRows key={one.newest.snapshot} fold={one} onCompare={onCompare} />
				))}
			</ul>
			<More pages={pages} />
		</>
	);
}

function FoldRows({ fold, onCompare }: { fold: Fold; onCompare(what: string): void }) {
	const [open, setOpen] = useState(false);
	const shown = open ? [fold.newest, ...fold.earlier] : [fold.newest];
	return (
		<>
			{shown.map((snapshot, at) => (
				<HistoryRow
					key={snapshot.snapshot}
					provenance={snapshot}
					version={snapshot.version ?? undefined}
					snapshot={snapshot.snapshot}
					live={snapshot.isCurrent}
					at={snapshot.createdAt}
					onCompare={() => onCompare(snapshot.version ? `v${snapshot.version}` : `s${snapshot.snapshot}`)}
					more={
						at === 0 &&
						fold.earlier.length > 0 && (
							<Button size="small" type="link" onClick={() => setOpen(!open)} aria-expanded={open}>
								{open ? "Fold" : `and ${fold.earlier.length} saves before it`}
							</Button>
						)
					}
				/>
			))}
		</>
	);
}

function More({ pages }: { pages: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage(): unknown } }) {
	if (!pages.hasNextPage) return null;
	return (
		<div className="more">
			<Button loading={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
				Show older ones
			</Button>
		</div>
	);
}
