import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { AutoComplete, Button, Checkbox, Input, Select } from "antd";
import { useId, useState } from "react";
import { isObject, type Json, type JsonObject } from "../api/json";
import { FIELD_TYPES } from "./config";
import type { FormProps } from "./PartEditor";
import { useRows } from "./rows";
import { useSchema } from "./useSchema";

export const NEW_ENTITY: JsonObject = { fields: {} };

export function EntityForm({ value, onChange, disabled }: FormProps) {
	const { help } = useSchema();
	const [keyId, descriptionId] = [useId(), useId()];
	const [broken, setBroken] = useState<string>();
	const fields = isObject(value.fields) ? value.fields : {};
	const rows = useRows(fields, (members, why) => {
		setBroken(why);
		onChange({ ...value, fields: members }, why);
	});
	const put = (name: string, member: Json | undefined) => {
		const { [name]: _, ...rest } = value;
		onChange(member === undefined ? rest : { ...value, [name]: member }, broken);
	};
	const key = Array.isArray(value.key) ? value.key.map(String) : [];
	return (
		<div className="stack">
			<div className="field">
				<label htmlFor={descriptionId}>Description</label>
				<Input
					id={descriptionId}
					disabled={disabled}
					value={typeof value.description === "string" ? value.description : ""}
					onChange={(event) => put("description", event.target.value || undefined)}
				/>
				<small>{help("entity", "description")}</small>
			</div>
			<div className="field">
				<label htmlFor={keyId}>Key</label>
				<Select
					id={keyId}
					mode="multiple"
					disabled={disabled}
					value={key}
					options={Object.keys(fields).map((name) => ({ value: name }))}
					onChange={(names: string[]) => put("key", names.length ? names : undefined)}
				/>
				<small>{help("entity", "key")}</small>
			</div>
			<div>
				<h3 className="form-head">Fields</h3>
				<div className="rows fields">
					{rows.rows.map((row) => {
						const field = isObject(row.value) ? row.value : {};
						const set = (member: JsonObject) => rows.set(row.key, { value: { ...field, ...member } });
						return (
							<div key={row.key} className="form-row">
								<Input
									aria-label="Field name"
									placeholder="name"
									disabled={disabled}
									status={rows.wrong(row) ? "error" : ""}
									value={row.name}
									onChange={(event) => rows.set(row.key, { name: event.target.value })}
								/>
								<AutoComplete
									aria-label={`Type of ${row.name}`}
									disabled={disabled}
									options={FIELD_TYPES.map((type) => ({ value: type }))}
									value={typeof field.type === "string" ? field.type : ""}
									onChange={(type: string) => set({ type })}
								/>
								<Checkbox
									disabled={disabled}
									checked={field.required === true}
									onChange={(event) => set({ required: event.target.checked })}
								>
									required
								</Checkbox>
								<Input
									aria-label={`Description of ${row.name}`}
									placeholder="description"
									disabled={disabled}
									value={typeof field.description === "string" ? field.description : ""}
									onChange={(event) => {
										const { description: _, ...rest } = field;
										rows.set(row.key, { value: event.target.value ? { ...field, description: event.target.value } : rest });
									}}
								/>
								<Button
									type="text"
									icon={<DeleteOutlined />}
									aria-label={`Remove the field ${row.name}`}
									disabled={disabled}
									onClick={() => rows.remove(row.key)}
								/>
							</div>
						);
					})}
				</div>
				<Button icon={<PlusOutlined />} disabled={disabled} onClick={() => rows.add({ type: "string" })}>
					Add a field
				</Button>
			</div>
		</div>
	);
}
