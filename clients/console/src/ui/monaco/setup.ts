import { loader } from "@monaco-editor/react";
import * as monaco from "monaco-editor/esm/vs/editor/editor.api";
import "monaco-editor/esm/vs/editor/editor.all";
import EditorWorker from "monaco-editor/esm/vs/editor/editor.worker?worker";
import JsonWorker from "monaco-editor/esm/vs/language/json/json.worker?worker";
import "monaco-editor/esm/vs/language/json/monaco.contribution";

// Without this the editor would be loaded from another host. JSON is the only language that is edited here.
self.MonacoEnvironment = {
	getWorker(_id: string, label: string) {
		return label === "json" ? new JsonWorker() : new EditorWorker();
	},
};
loader.config({ monaco });

export { monaco };
