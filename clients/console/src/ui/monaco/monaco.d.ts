// The editor's parts have no types of their own.
declare module "monaco-editor/esm/vs/basic-languages/javascript/javascript.contribution";
declare module "monaco-editor/esm/vs/editor/editor.all";
declare module "monaco-editor/esm/vs/language/json/monaco.contribution";
declare module "monaco-editor/esm/vs/language/typescript/monaco.contribution";
