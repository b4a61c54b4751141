import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Where the API is while the console is being worked on: `npm run dev` beside a stack of `make dev`. */
const api = process.env.FETCHCATCH_URL ?? "http://127.0.0.1:4000";

export default defineConfig({
	plugins: [react()],
	// jdm-editor needs one constant of it; the whole package would bring eighty languages along.
	resolve: { alias: [{ find: /^monaco-editor$/, replacement: "monaco-editor/esm/vs/editor/editor.api" }] },
	build: {
		outDir: process.env.CONSOLE_OUT_DIR ?? "dist",
		emptyOutDir: true,
		// The designer and its editor are large and come lazily; tests/browser measures the first page.
		chunkSizeWarningLimit: 8000,
	},
	server: { proxy: Object.fromEntries(["/api", "/v1", "/auth"].map((path) => [path, { target: api, changeOrigin: false }])) },
	test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true },
});
