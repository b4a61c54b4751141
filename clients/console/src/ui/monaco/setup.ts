import { loader } from "@monaco-editor/react";
import * as monaco from "monaco-editor/esm/vs/editor/editor.api";
import "monaco-editor/esm/vs/basic-languages/javascript/javascript.contribution";
import "monaco-editor/esm/vs/editor/editor.all";
import EditorWorker from "monaco-editor/esm/vs/editor/editor.worker?worker";
import JsonWorker from "monaco-editor/esm/vs/language/json/json.worker?worker";
import "monaco-editor/esm/vs/language/json/monaco.contribution";
import "monaco-editor/esm/vs/language/typescript/monaco.contribution";
import TypeScriptWorker from "monaco-editor/esm/vs/language/typescript/ts.worker?worker";

// Without this the editor would be loaded from another host. JSON is what is edited here; the designer's test panel takes it as JavaScript.
self.MonacoEnvironment = {
	getWorker(_id: string, label: string) {
		if (label === "json") return new JsonWorker();
		if (label === "javascript" || label === "typescript") return new TypeScriptWorker();
		return new EditorWorker();
	},
};
loader.config({ monaco });

export { monaco };
