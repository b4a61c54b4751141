// The editor without its languages has no types of its own.
declare module "monaco-editor/esm/vs/editor/editor.all";
declare module "monaco-editor/esm/vs/language/json/monaco.contribution";
