import Editor from "@monaco-editor/react";
import { useEffect } from "react";
import type { JsonObject } from "../../api/json";
import { useThemeMode } from "../../shell/theme";
import { monaco } from "./setup";

export interface JsonEditorProps {
	label: string;
	value: string;
	onChange?(text: string): void;
	/** The schema, and the definition in it that this document follows. */
	schema?: JsonObject;
	definition?: string;
	height?: number | string;
	readOnly?: boolean;
}

export default function JsonMonaco({ label, value, onChange, schema, definition, height = 420, readOnly }: JsonEditorProps) {
	const { mode } = useThemeMode();
	const path = `inmemory://fetchcatch/${definition ?? "document"}.json`;
	useEffect(() => {
		if (schema) register(schema);
	}, [schema]);
	return (
		<div className="panel" style={{ overflow: "hidden", padding: "4px 0" }}>
			<Editor
				language="json"
				path={path}
				height={height}
				theme={mode === "dark" ? "vs-dark" : "vs"}
				value={value}
				onChange={(text) => onChange?.(text ?? "")}
				options={{
					ariaLabel: label,
					readOnly,
					minimap: { enabled: false },
					scrollBeyondLastLine: false,
					automaticLayout: true,
					fontSize: 13,
					tabSize: 2,
					// Tab leaves the editor: nobody is trapped in it who works with the keyboard.
					tabFocusMode: true,
					wordWrap: "on",
					fixedOverflowWidgets: true,
				}}
			/>
		</div>
	);
}

/** Each kind of document follows its own definition of the one schema. */
function register(schema: JsonObject): void {
	const id = String(schema.$id);
	const of = (kind: string, place: string) => ({
		uri: `${id}#${kind}`,
		fileMatch: [`*/${kind}.json`],
		schema: { $ref: `${id}#/${place}/${kind}` },
	});
	monaco.languages.json.jsonDefaults.setDiagnosticsOptions({
		validate: true,
		enableSchemaRequest: false,
		schemas: [
			{ uri: id, fileMatch: ["*/config.json"], schema },
			of("entity", "$defs"),
			of("event_flow", "$defs"),
			of("settings", "properties"),
		],
	});
}
