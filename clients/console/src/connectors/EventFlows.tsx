import { PlusOutlined } from "@ant-design/icons";
import { Button, Drawer, Empty, Input, Table, Tag } from "antd";
import { useState } from "react";
import { isObject } from "../api/json";
import { useResource } from "../resources/ResourceContext";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { type EventFlow, entitiesOf, eventFlowsOf } from "./config";
import { EventFlowForm, NEW_EVENT_FLOW } from "./EventFlowForm";
import { NameModal } from "./NameModal";
import { PartEditor } from "./PartEditor";
import { RemovePart } from "./RemovePart";

/** Event flows, a table for each source. */
export function EventFlows({ open, onOpen }: { open?: string; onOpen(name?: string): void }) {
	const { draft } = useResource();
	const { workspace } = useWorkspace();
	const [naming, setNaming] = useState(false);
	const [filter, setFilter] = useState("");
	const sources = eventFlowsOf(draft.document);
	const entities = entitiesOf(draft.document);
	const [source, type] = open ? [open.slice(0, open.indexOf("/")), open.slice(open.indexOf("/") + 1)] : [];
	const known = source !== undefined && Boolean(sources.get(source)?.some((flow) => flow.type === type));
	const has = (from?: string, of?: string) => Boolean(sources.get(from ?? "")?.some((flow) => flow.type === of));
	return (
		<>
			<div className="filters">
				{sources.size > 0 && (
					<Input
						aria-label="Search event flows"
						placeholder="Search"
						allowClear
						style={{ width: 220 }}
						value={filter}
						onChange={(event) => setFilter(event.target.value)}
					/>
				)}
				{may(workspace.role, "draft") && (
					<Button icon={<PlusOutlined />} onClick={() => setNaming(true)}>
						Add an event flow
					</Button>
				)}
			</div>
			{sources.size === 0 && <Empty description="No event flows yet. An event flow says what an event of a source does to an entity." />}
			<div className="stack">
				{[...sources].map(([name, flows]) => (
					<section key={name} aria-label={`Source ${name}`}>
						<h3 className="form-head">
							{name} <small>{flows.length}</small>
						</h3>
						<Flows flows={flows.filter((flow) => flow.type.includes(filter))} entities={Object.keys(entities)} onOpen={onOpen} />
					</section>
				))}
			</div>
			{naming && (
				<NameModal
					title="Add an event flow"
					labels={["Source", "Type"]}
					suggestions={[[...sources.keys()], []]}
					taken={([from, of]) => has(from, of)}
					onClose={() => setNaming(false)}
					onNamed={([from, of]) => {
						setNaming(false);
						onOpen(`${from}/${of}`);
					}}
				/>
			)}
			<Drawer
				open={open !== undefined}
				width={Math.min(860, globalThis.innerWidth)}
				title={`${known ? "Event flow" : "New event flow"} ${open?.replace("/", " / ")}`}
				aria-label={`Event flow ${open}`}
				onClose={() => onOpen(undefined)}
				destroyOnClose
			>
				{source && type && (
					<PartEditor
						key={open}
						place={{ kind: "flow", source, type }}
						kind="event_flow"
						template={NEW_EVENT_FLOW}
						form={(props) => <EventFlowForm {...props} />}
						actions={known && <RemovePart part={{ kind: "flow", source, type }} onRemoved={() => onOpen(undefined)} />}
					/>
				)}
			</Drawer>
		</>
	);
}

const COLOURS: Record<string, string> = { upsert: "green", delete: "red", ignore: "default" };

function Flows({ flows, entities, onOpen }: { flows: EventFlow[]; entities: string[]; onOpen(name: string): void }) {
	return (
		<div className="panel scroll-x">
			<Table
				size="small"
				pagination={false}
				rowKey="type"
				dataSource={flows}
				locale={{ emptyText: "None fits the search." }}
				columns={[
					{
						title: "Type",
						render: (_, { source, type }) => (
							<button type="button" className="as-link" onClick={() => onOpen(`${source}/${type}`)}>
								{type}
							</button>
						),
					},
					{ title: "Action", render: (_, { value }) => <Tag color={COLOURS[String(value.action)]}>{String(value.action)}</Tag> },
					{
						title: "Entity",
						render: (_, { value }) =>
							entities.includes(String(value.entity)) ? String(value.entity) : <Tag color="error">{String(value.entity)} (unknown)</Tag>,
					},
					{ title: "Mapped", render: (_, { value }) => (isObject(value.mapping) ? Object.keys(value.mapping).length : 0) },
					{
						title: "Filter",
						render: (_, { value }) => (typeof value.filter === "string" ? <code className="clip">{value.filter}</code> : ""),
					},
					{ title: "", render: (_, { value }) => (value.enabled === false ? <Tag>disabled</Tag> : null) },
				]}
			/>
		</div>
	);
}
