import { PlusOutlined } from "@ant-design/icons";
import { Button, Drawer, Empty, Input, Table } from "antd";
import { useState } from "react";
import { isObject } from "../api/json";
import { useResource } from "../resources/ResourceContext";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { entitiesOf } from "./config";
import { EntityForm, NEW_ENTITY } from "./EntityForm";
import { NameModal } from "./NameModal";
import { PartEditor } from "./PartEditor";
import { RemovePart } from "./RemovePart";

export function Entities({ open, onOpen }: { open?: string; onOpen(name?: string): void }) {
	const { draft } = useResource();
	const { workspace } = useWorkspace();
	const [naming, setNaming] = useState(false);
	const [filter, setFilter] = useState("");
	const entities = entitiesOf(draft.document);
	const known = open !== undefined && Object.hasOwn(entities, open);
	const draftable = may(workspace.role, "draft");
	const add = draftable && (
		<Button icon={<PlusOutlined />} onClick={() => setNaming(true)}>
			Add an entity
		</Button>
	);
	return (
		<>
			<div className="filters">
				{Object.keys(entities).length > 0 && (
					<Input
						aria-label="Search entities"
						placeholder="Search"
						allowClear
						style={{ width: 220 }}
						value={filter}
						onChange={(event) => setFilter(event.target.value)}
					/>
				)}
				{add}
			</div>
			<div className="panel scroll-x">
				<Table
					size="small"
					pagination={false}
					rowKey="name"
					dataSource={Object.entries(entities)
						.map(([name, value]) => ({ name, value }))
						.filter(({ name }) => name.includes(filter))}
					locale={{
						emptyText: filter ? (
							"None fits the search."
						) : (
							<Empty description="No entities yet. An entity is something that the connector writes." />
						),
					}}
					columns={[
						{
							title: "Entity",
							dataIndex: "name",
							render: (name: string) => (
								<button type="button" className="as-link" onClick={() => onOpen(name)}>
									{name}
								</button>
							),
						},
						{ title: "Fields", render: (_, { value }) => (isObject(value.fields) ? Object.keys(value.fields).length : 0) },
						{
							title: "Key",
							render: (_, { value }) =>
								Array.isArray(value.key) ? <code>{value.key.join(", ")}</code> : <span className="muted">none</span>,
						},
						{ title: "Description", render: (_, { value }) => (typeof value.description === "string" ? value.description : "") },
					]}
				/>
			</div>
			{naming && (
				<NameModal
					title="Add an entity"
					labels={["Name"]}
					taken={([name]) => Object.hasOwn(entities, name ?? "")}
					onClose={() => setNaming(false)}
					onNamed={([name]) => {
						setNaming(false);
						onOpen(name);
					}}
				/>
			)}
			<Drawer
				open={open !== undefined}
				width={Math.min(860, globalThis.innerWidth)}
				title={known ? `Entity ${open}` : `New entity ${open}`}
				aria-label={`Entity ${open}`}
				onClose={() => onOpen(undefined)}
				destroyOnClose
			>
				{open !== undefined && (
					<PartEditor
						key={open}
						place={{ kind: "entity", name: open }}
						kind="entity"
						template={NEW_ENTITY}
						form={(props) => <EntityForm {...props} />}
						actions={known && <RemovePart part={{ kind: "entity", name: open }} onRemoved={() => onOpen(undefined)} />}
					/>
				)}
			</Drawer>
		</>
	);
}
