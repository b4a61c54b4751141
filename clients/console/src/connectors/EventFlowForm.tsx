import { ArrowLeftOutlined, DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { AutoComplete, Button, Input, Switch } from "antd";
import { useId, useState } from "react";
import { isObject, type Json, type JsonObject } from "../api/json";
import { useResource } from "../resources/ResourceContext";
import { Chips } from "../ui/Chips";
import { ACTIONS, entitiesOf } from "./config";
import type { FormProps } from "./PartEditor";
import { useRows } from "./rows";
import { useSchema } from "./useSchema";

export const NEW_EVENT_FLOW: JsonObject = { entity: "", action: "upsert", mapping: {} };

export function EventFlowForm({ value, onChange, disabled }: FormProps) {
	const { help } = useSchema();
	const { draft } = useResource();
	const [entityId, filterId, enabledId] = [useId(), useId(), useId()];
	const [broken, setBroken] = useState<string>();
	const entities = entitiesOf(draft.document);
	const mapping = useRows(isObject(value.mapping) ? value.mapping : {}, (members, why) => {
		setBroken(why);
		onChange({ ...value, mapping: members }, why);
	});
	const put = (name: string, member: Json | undefined) => {
		const { [name]: _, ...rest } = value;
		onChange(member === undefined ? rest : { ...value, [name]: member }, broken);
	};
	const entity = typeof value.entity === "string" ? value.entity : "";
	const known = Object.hasOwn(entities, entity);
	const fields = known ? entities[entity]?.fields : undefined;
	const targets = isObject(fields) ? Object.keys(fields) : [];
	const unknown = entity !== "" && !known;
	return (
		<div className="stack">
			<div className="field">
				<label htmlFor={entityId}>Entity</label>
				<AutoComplete
					id={entityId}
					disabled={disabled}
					status={unknown ? "warning" : ""}
					value={entity}
					options={Object.keys(entities).map((name) => ({ value: name }))}
					filterOption={(typed, option) => String(option?.value).includes(typed)}
					onChange={(name: string) => put("entity", name)}
				/>
				<small>{unknown ? `There is no entity ${entity}: this can be saved, and blocks publishing.` : help("event_flow", "entity")}</small>
			</div>
			<div className="field">
				<span aria-hidden>Action</span>
				<Chips
					label="Action"
					disabled={disabled}
					value={String(value.action ?? "upsert")}
					options={ACTIONS.map((action) => ({ value: action, label: action }))}
					onChange={(action) => put("action", action)}
				/>
				<small>{help("event_flow", "action")}</small>
			</div>
			<div className="field">
				<label htmlFor={filterId}>Filter</label>
				<Input.TextArea
					id={filterId}
					disabled={disabled}
					className="mono"
					autoSize={{ minRows: 1, maxRows: 6 }}
					spellCheck={false}
					value={typeof value.filter === "string" ? value.filter : ""}
					onChange={(event) => put("filter", event.target.value || undefined)}
				/>
				<small>{help("event_flow", "filter")}</small>
			</div>
			<div className="field inline">
				<Switch id={enabledId} disabled={disabled} checked={value.enabled !== false} onChange={(on) => put("enabled", on)} />
				<label htmlFor={enabledId}>Enabled</label>
			</div>
			<div>
				<h3 className="form-head">Mapping</h3>
				<small>{help("event_flow", "mapping")}</small>
				<div className="rows mapping">
					{mapping.rows.map((row) => (
						<div key={row.key} className="form-row">
							<AutoComplete
								aria-label="Target field"
								placeholder="field"
								disabled={disabled}
								status={mapping.wrong(row) ? "error" : targets.length && !targets.includes(row.name) ? "warning" : ""}
								value={row.name}
								options={targets.map((name) => ({ value: name }))}
								filterOption={(typed, option) => String(option?.value).includes(typed)}
								onChange={(name: string) => mapping.set(row.key, { name })}
							/>
							<ArrowLeftOutlined aria-label="comes from" />
							<Input
								aria-label={`Source path of ${row.name}`}
								placeholder="path.in.the.event"
								className="mono"
								disabled={disabled}
								value={typeof row.value === "string" ? row.value : ""}
								onChange={(event) => mapping.set(row.key, { value: event.target.value })}
							/>
							<Button
								type="text"
								icon={<DeleteOutlined />}
								aria-label={`Remove the mapping of ${row.name}`}
								disabled={disabled}
								onClick={() => mapping.remove(row.key)}
							/>
						</div>
					))}
				</div>
				<Button icon={<PlusOutlined />} disabled={disabled} onClick={() => mapping.add("")}>
					Add a mapping
				</Button>
			</div>
		</div>
	);
}
