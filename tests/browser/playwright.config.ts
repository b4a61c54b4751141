import { defineConfig } from "@playwright/test";

/** Debian's chromium, or whichever is named: no browser is downloaded. */
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
	testDir: ".",
	outputDir: process.env.BROWSER_TESTS_OUT ?? "../../target/browser-tests",
	globalSetup: "./stack.ts",
	fullyParallel: false,
	workers: 1,
	timeout: 60_000,
	expect: { timeout: 15_000 },
	reporter: [["list"]],
	use: {
		viewport: { width: 1440, height: 900 },
		screenshot: "only-on-failure",
		trace: "retain-on-failure",
		launchOptions: {
			executablePath,
			args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
		},
	},
});
