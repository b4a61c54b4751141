import { DeleteOutlined, KeyOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Dropdown, Input, InputNumber, Switch } from "antd";
import { useState } from "react";
import { type Json, pretty } from "../api/json";
import type { FormProps } from "./PartEditor";
import { useRows } from "./rows";
import { useSchema } from "./useSchema";

const KINDS: { key: string; label: string; value: Json }[] = [
	{ key: "text", label: "Text or secret reference", value: "" },
	{ key: "number", label: "Number", value: 0 },
	{ key: "switch", label: "Yes or no", value: false },
	{ key: "json", label: "Object or list (JSON)", value: {} },
];

/** Settings are free-form: a row each, nested ones as JSON. */
export function SettingsForm({ value, onChange, disabled }: FormProps) {
	const { help } = useSchema();
	const rows = useRows(value, onChange, null);
	const read = (key: number, text: string) => {
		try {
			rows.set(key, { value: JSON.parse(text) as Json, unreadable: false });
		} catch {
			rows.set(key, { unreadable: true });
		}
	};
	return (
		<div className="stack tight">
			<small>{help("settings")}</small>
			<div className="rows settings">
				{rows.rows.map((row) => (
					<div key={row.key} className="form-row">
						<Input
							aria-label="Setting"
							placeholder="name"
							disabled={disabled}
							status={rows.wrong(row) || row.name === "" ? "error" : ""}
							value={row.name}
							onChange={(event) => rows.set(row.key, { name: event.target.value })}
						/>
						<SettingValue
							label={`Value of ${row.name}`}
							value={row.value}
							disabled={disabled}
							wrong={row.unreadable === true}
							onValue={(next) => rows.set(row.key, { value: next })}
							onText={(text) => read(row.key, text)}
						/>
						<Button
							type="text"
							icon={<DeleteOutlined />}
							aria-label={`Remove the setting ${row.name}`}
							disabled={disabled}
							onClick={() => rows.remove(row.key)}
						/>
					</div>
				))}
			</div>
			<Dropdown
				trigger={["click"]}
				disabled={disabled}
				menu={{ items: KINDS.map(({ key, label, value: first }) => ({ key, label, onClick: () => rows.add(first) })) }}
			>
				<Button icon={<PlusOutlined />} style={{ justifySelf: "start" }}>
					Add a setting
				</Button>
			</Dropdown>
		</div>
	);
}

interface ValueProps {
	label: string;
	value: Json;
	disabled: boolean;
	wrong: boolean;
	onValue(value: Json): void;
	onText(text: string): void;
}

function SettingValue({ label, value, disabled, wrong, onValue, onText }: ValueProps) {
	const [text, setText] = useState(() => pretty(value));
	if (typeof value === "string") {
		const secret = /^(secretsmanager|env):/.test(value);
		return (
			<Input
				aria-label={label}
				disabled={disabled}
				prefix={secret ? <KeyOutlined title="A reference to a secret" /> : undefined}
				value={value}
				onChange={(event) => onValue(event.target.value)}
			/>
		);
	}
	if (typeof value === "number") {
		return (
			<InputNumber aria-label={label} disabled={disabled} value={value} onChange={(next) => onValue(next ?? 0)} style={{ width: "100%" }} />
		);
	}
	if (typeof value === "boolean") {
		return <Switch aria-label={label} disabled={disabled} checked={value} onChange={onValue} style={{ justifySelf: "start" }} />;
	}
	return (
		<Input.TextArea
			aria-label={label}
			className="mono"
			disabled={disabled}
			status={wrong ? "error" : ""}
			autoSize={{ minRows: 1, maxRows: 14 }}
			spellCheck={false}
			value={text}
			onChange={(event) => {
				setText(event.target.value);
				onText(event.target.value);
			}}
		/>
	);
}
