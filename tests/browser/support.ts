import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type APIRequestContext, type Browser, test as base, type BrowserContext, expect, type Page } from "@playwright/test";

export { expect };

export function env(name: string): string {
	const value = process.env[name];
	if (!value) throw new Error(`${name} is not set`);
	return value;
}

/** Where the console is; a development server may stand in for the stack. */
export const url = () => process.env.CONSOLE_AT ?? env("FETCHCATCH_URL");

export interface Call {
	token?: string;
	workspace?: string;
	commit?: string;
	etag?: string;
	status?: number;
}

/** Calls the API as a program does, and expects it to go well unless another status is named. */
export class Api {
	constructor(
		private readonly request: APIRequestContext,
		private readonly defaults: Call,
	) {}

	as(defaults: Call): Api {
		return new Api(this.request, { ...this.defaults, ...defaults });
	}

	async call(method: string, path: string, body?: unknown, options: Call = {}) {
		const { token, workspace, commit, etag, status } = { ...this.defaults, ...options };
		const headers: Record<string, string> = { authorization: `Bearer ${token}` };
		if (workspace) headers["x-fcc-workspace"] = workspace;
		if (commit) headers["x-fcc-git-commit"] = commit;
		if (etag) headers["if-match"] = etag;
		const answer = await this.request.fetch(env("FETCHCATCH_URL") + path, { method, headers, data: body === undefined ? undefined : (body as object) });
		const text = await answer.text();
		if (status ? answer.status() !== status : !answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${text}`);
		return text ? JSON.parse(text) : undefined;
	}
}

interface World {
	/** The demo workspace's owner in the API, and in the browser. */
	api: Api;
	/** What CI is: the same workspace from the cli surface. */
	ci: Api;
	page: Page;
	/** A browser of somebody else, who belongs to the workspace too. */
	colleague: Page;
}

/** A context that is signed in by pasting a token, with every request to another host counted as a failure. */
async function signedIn(browser: Browser, token: string, foreign: string[], problems: string[]): Promise<BrowserContext> {
	const context = await browser.newContext({ baseURL: url() });
	const answer = await context.request.post("/auth/token", { data: { token }, headers: { origin: url() } });
	expect(answer.status()).toBe(200);
	context.on("request", (request) => {
		const to = request.url();
		if (!to.startsWith(url()) && !to.startsWith("data:") && !to.startsWith("blob:")) foreign.push(to);
	});
	context.on("weberror", (error) => problems.push(String(error.error())));
	context.on("console", (message) => {
		if (message.type() === "error" && /Content Security Policy|Refused to/.test(message.text())) problems.push(message.text());
	});
	return context;
}

export const test = base.extend<World & { watch: { foreign: string[]; problems: string[] } }>({
	watch: [
		// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are wanted from the pattern
		async ({}, use) => {
			const watch = { foreign: [], problems: [] };
			await use(watch);
			expect(watch.foreign, "requests to other hosts").toEqual([]);
			expect(watch.problems, "errors in the page").toEqual([]);
		},
		{ auto: true },
	],
	api: async ({ request }, use) => use(new Api(request, { token: env("FETCHCATCH_OWNER_TOKEN"), workspace: env("FETCHCATCH_WORKSPACE") })),
	ci: async ({ request }, use) => use(new Api(request, { token: env("FETCHCATCH_TOKEN") })),
	page: async ({ browser, watch }, use) => {
		const context = await signedIn(browser, env("FETCHCATCH_OWNER_TOKEN"), watch.foreign, watch.problems);
		await use(await context.newPage());
		await context.close();
	},
	colleague: async ({ browser, api, watch }, use) => {
		const members = await api.call("GET", `/v1/workspaces/${env("FETCHCATCH_WORKSPACE")}/members`);
		if (!members.items.some((member: { email: string }) => member.email === COLLEAGUE)) {
			await api.call("POST", `/v1/workspaces/${env("FETCHCATCH_WORKSPACE")}/members`, { email: COLLEAGUE, role: "editor" });
		}
		const context = await signedIn(browser, env("OTHER_OWNER_TOKEN"), watch.foreign, watch.problems);
		await use(await context.newPage());
		await context.close();
	},
});

/** The other tenant's owner, invited. */
export const COLLEAGUE = "owner@globex.example";

let count = 0;
export function unique(name: string): string {
	count += 1;
	return `${name}-${Date.now().toString(36)}${count}`;
}

export const CONFIG = {
	schema_version: "3.0",
	entities: {
		contact: { description: "A person", key: ["id"], fields: { id: { type: "string", required: true }, email: { type: "string" } } },
	},
	event_flows: { crm: { "contact.created": { entity: "contact", action: "upsert", mapping: { id: "object.id", email: "object.email" } } } },
	settings: { base_url: "https://crm.example.com", api_key: "env:CRM_KEY", batch_size: 100 },
};

/** A connector with version 1 published from the console. */
export async function publishedConnector(api: Api, name = "CRM"): Promise<string> {
	const slug = unique("crm");
	await api.call("POST", "/api/connectors", { slug, name, config: CONFIG });
	await api.call("POST", `/api/connectors/${slug}/publish`, { base_version: 0 });
	return slug;
}

/** A workspace of its own, for tests that change what holds for all of it. */
export async function ownWorkspace(api: Api, settings: Record<string, unknown> = {}): Promise<{ slug: string; api: Api; ci: Api }> {
	const slug = unique("ws");
	const made = await api.call("POST", "/v1/workspaces", { slug, name: slug });
	if (Object.keys(settings).length) await api.call("PATCH", `/v1/workspaces/${made.id}`, settings, { workspace: made.id });
	const inside = api.as({ workspace: made.id });
	const body = { kind: "service", name: "ci", email: "ci-bot@acme.example", scopes: ["read", "draft", "apply", "publish", "evaluate"] };
	const { token } = await inside.call("POST", "/v1/tokens", body);
	return { slug, api: inside, ci: inside.as({ token, workspace: undefined }) };
}

/** What antd shows for a moment at the top. */
export async function said(page: Page, words: string | RegExp): Promise<void> {
	await expect(page.locator(".ant-message")).toContainText(words);
}

/** An example that readers of the documentation get, as a flow of its own, published from git. */
export async function publishedFlow(ci: Api, example = "shipping-fee", commit = COMMIT): Promise<{ slug: string; id: string }> {
	const { tests: _, ...graph } = JSON.parse(readFileSync(join(import.meta.dirname, `../../docs/examples/flows/${example}.json`), "utf8"));
	const slug = unique(example);
	const made = await ci.call("POST", "/v1/flows", { slug, name: slug, graph });
	await ci.call("POST", `/v1/flows/${slug}/publish`, { baseVersion: 0 }, { commit });
	return { slug, id: made.id };
}

export const COMMIT = "a1b2c3d4e5f6789";

/** What the code editor closed by itself behind what was typed. */
export async function leaveOutClosers(page: Page): Promise<void> {
	await page.keyboard.press("ControlOrMeta+Shift+End");
	await page.keyboard.press("Delete");
}

/** Changes the last row's fee in the designer's table. */
export async function changeFee(page: Page, typed = "5"): Promise<void> {
	await page.getByText("Edit Table").click();
	await page.getByText("21.5", { exact: true }).click();
	await page.keyboard.press("End");
	await page.keyboard.type(typed);
}
