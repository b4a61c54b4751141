import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { env, expect, publishedConnector, publishedFlow, said, test, unique, url } from "./support";

test("the local stack's one-time link signs in, once", async ({ browser }) => {
	const context = await browser.newContext();
	const page = await context.newPage();
	await page.goto(env("FETCHCATCH_LOGIN_URL"));
	await expect(page).toHaveURL(/\/w\/acme\/connectors/);
	await page.getByRole("button", { name: /account of owner@acme.example/ }).click();
	await page.getByRole("menuitem", { name: "Sign out" }).click();
	await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
	const again = await context.request.get(env("FETCHCATCH_LOGIN_URL"), { maxRedirects: 0 });
	expect(again.status()).toBe(401);
	await context.close();
});

test.describe("with the identity provider", () => {
	test("a member is led to the provider and back to the page that was wanted", async ({ browser }) => {
		const context = await browser.newContext({ baseURL: url() });
		const page = await context.newPage();
		await page.goto("/w/acme/runs?source=cli");
		await page.getByRole("link", { name: /Sign in with 127.0.0.1/ }).click();
		await page.getByLabel("E-mail").fill("owner@acme.example");
		await page.getByRole("button", { name: "Sign in" }).click();
		await expect(page).toHaveURL(/\/w\/acme\/runs\?source=cli$/);
		await expect(page.getByRole("button", { name: /account of owner@acme.example/ })).toBeVisible();
		expect((await context.cookies(url())).filter((cookie) => cookie.name.startsWith("__Host-")).map((cookie) => [cookie.name, cookie.httpOnly])).toEqual([
			["__Host-fetchcatch", true],
		]);
		await context.close();
	});

	test("who is nobody here, and who cancels, is told so and can begin again", async ({ browser }) => {
		const context = await browser.newContext({ baseURL: url() });
		const page = await context.newPage();
		await page.goto("/w/acme/flows");
		await page.getByRole("link", { name: /Sign in with/ }).click();
		await page.getByRole("button", { name: "Cancel" }).click();
		await expect(page.getByRole("alert")).toContainText("You were not signed in");
		await page.getByRole("link", { name: /Sign in with/ }).click();
		await page.getByLabel("E-mail").fill("stranger@acme.example");
		await page.getByRole("button", { name: "Sign in" }).click();
		await expect(page.getByRole("alert")).toContainText("You are a member of no workspace");
		await expect(page.getByRole("link", { name: /Sign in with/ })).toHaveAttribute("href", "/auth/login?to=%2Fw%2Facme%2Fflows");
		await context.close();
	});
});

test("pasting a token signs in and goes on to where one wanted to be; a wrong one says why and stays", async ({ browser }) => {
	const context = await browser.newContext({ baseURL: url() });
	const page = await context.newPage();
	await page.goto("/w/acme/runs?source=cli");
	await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
	await page.getByLabel("Personal token").fill("fcp_nonsense");
	await page.getByRole("button", { name: /^Sign in/ }).click();
	await expect(page.getByRole("alert")).toContainText("takes a personal token of the console");
	await expect(page.getByRole("alert")).not.toContainText("signed out");
	await expect(page.getByLabel("Personal token")).toHaveValue("fcp_nonsense");
	await page.getByLabel("Personal token").fill(env("FETCHCATCH_OWNER_TOKEN"));
	await page.getByRole("button", { name: /^Sign in/ }).click();
	await expect(page).toHaveURL(/\/w\/acme\/runs\?source=cli/);
	expect(await page.evaluate(() => Object.values(localStorage).join() + document.cookie)).not.toContain("fcp_");
	await context.close();
});

test("the switcher leads to another workspace, which is remembered", async ({ page, api }) => {
	const slug = unique("other");
	await api.call("POST", "/v1/workspaces", { slug, name: slug });
	await page.goto("/w/acme/connectors");
	await page.getByRole("combobox", { name: "Workspace" }).fill(slug);
	await page.getByRole("combobox", { name: "Workspace" }).press("Enter");
	await expect(page).toHaveURL(new RegExp(`/w/${slug}/connectors`));
	await expect(page.getByText("There are no connectors yet.")).toBeVisible();
	await page.goto("/");
	await expect(page).toHaveURL(new RegExp(`/w/${slug}/`));
});

test("deep links fall back to the console, and never where the API is", async ({ request }) => {
	const page = await request.get(url() + "/w/acme/connectors/nothing-here/history?show=all");
	expect(page.headers()["content-type"]).toContain("text/html");
	expect(page.headers()["content-security-policy"]).toContain("script-src 'self' 'wasm-unsafe-eval'");
	for (const path of ["/api/nothing", "/v1/nothing", "/auth/nothing", "/mcp/nothing", "/assets/nothing.js"]) {
		const answer = await request.get(url() + path);
		expect(answer.status(), path).toBe(404);
		expect(answer.headers()["content-type"], path).toContain("application/problem+json");
	}
});

test("an address that leads nowhere says so, and where to go on", async ({ page }) => {
	await page.goto("/w/acme/connectors/no-such-connector");
	await expect(page.getByRole("alert")).toContainText("Not found");
	await page.getByRole("link", { name: "All connectors" }).click();
	await expect(page.getByRole("link", { name: "HubSpot CRM" })).toBeVisible();
	await page.goto("/w/acme/runs/00000000-0000-7000-8000-000000000000");
	await expect(page.getByRole("link", { name: "All runs" })).toBeVisible();
	for (const path of ["/w/no-such-workspace/flows", "/w/acme/no-such-page", "/no-such-page"]) {
		await page.goto(path);
		await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
	}
	await page.getByRole("link", { name: "Go to the start page" }).click();
	await expect(page).toHaveURL(/\/w\/acme\/connectors/);
});

test("the first page loads less than 350 KB of compressed scripts, and nothing of the designer", async ({ page }) => {
	const { gzipSync } = await import("node:zlib");
	let bytes = 0;
	const loaded: string[] = [];
	const pending: Promise<void>[] = [];
	page.on("response", (response) => {
		if (response.request().resourceType() !== "script") return;
		loaded.push(response.url());
		pending.push(response.body().then((body) => void (bytes += gzipSync(body).length)));
	});
	await page.goto("/w/acme/connectors");
	await expect(page.getByRole("link", { name: "HubSpot CRM" })).toBeVisible();
	await Promise.all(pending);
	expect(loaded.filter((one) => /jdm|monaco|setup|Designer/.test(one))).toEqual([]);
	expect(bytes).toBeGreaterThan(50_000);
	expect(bytes, `${bytes} bytes of scripts`).toBeLessThan(350 * 1024);
});

async function nothingSerious(page: Page, where: string): Promise<void> {
	// What the designer and the code editor draw is theirs.
	const { violations } = await new AxeBuilder({ page }).exclude(".grl-root").exclude(".designer-canvas").exclude(".graph-diff").exclude(".run-graph").exclude(".monaco-editor").analyze();
	const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
	expect(
		serious.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ""}`).slice(0, 4).join(" | ")}`),
	).toEqual([]);
}

for (const colorScheme of ["light", "dark"] as const) {
	test(`axe finds nothing serious on any page, ${colorScheme}`, async ({ page, api, ci }) => {
		test.setTimeout(180_000);
		await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
		const crm = await publishedConnector(api);
		await api.call("PATCH", `/api/connectors/${crm}/draft`, { settings: { batch_size: 1 } });
		const { slug } = await publishedFlow(ci);
		const { runId } = await api.call("POST", `/v1/evaluate/${slug}?trace=true`, { order: { total: 1, weightKg: 1, country: "DE" } });
		const pages = [
			"connectors",
			`connectors/${crm}`,
			`connectors/${crm}?tab=flows`,
			`connectors/${crm}?tab=settings`,
			`connectors/${crm}?open=contact`,
			`connectors/${crm}/review`,
			`connectors/${crm}/history`,
			`connectors/${crm}/conflict`,
			"flows",
			`flows/${slug}`,
			"runs",
			`runs/${runId}`,
			"settings/workspaces",
			`settings/workspaces/${env("FETCHCATCH_WORKSPACE")}`,
			"settings/members",
			"settings/tokens",
			"settings/audit",
		];
		const found: string[] = [];
		for (const path of pages) {
			await page.goto(`/w/acme/${path}`);
			await page.waitForLoadState("networkidle");
			await nothingSerious(page, path).catch((error: Error) => found.push(error.message.split("Received")[1] ?? error.message));
		}
		await page.context().clearCookies();
		await page.goto("/sign-in?error=denied");
		await expect(page.getByLabel("Personal token")).toBeVisible();
		await nothingSerious(page, "sign-in").catch((error: Error) => found.push(error.message.split("Received")[1] ?? error.message));
		expect(found).toEqual([]);
	});
}

test("the keyboard reaches the content, and opens what is in it", async ({ page }) => {
	await page.goto("/w/acme/connectors");
	await expect(page.getByRole("link", { name: "HubSpot CRM" })).toBeVisible();
	await page.keyboard.press("Tab");
	await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
	await page.keyboard.press("Enter");
	await page.getByRole("link", { name: "HubSpot CRM" }).focus();
	await page.keyboard.press("Enter");
	await expect(page).toHaveURL(/hubspot-crm/);
	await page.getByRole("button", { name: "contact", exact: true }).focus();
	await page.keyboard.press("Enter");
	await expect(page.getByRole("dialog")).toContainText("Entity contact");
	await page.keyboard.press("Escape");
	await expect(page.getByRole("dialog")).toBeHidden();
});

test("on a telephone no page is wider than the screen", async ({ page }) => {
	await page.setViewportSize({ width: 390, height: 844 });
	const pages = ["connectors", "connectors/hubspot-crm", "connectors/hubspot-crm?tab=flows", "connectors/hubspot-crm?tab=settings", "flows", "runs", "settings/tokens"];
	for (const path of pages) {
		await page.goto(`/w/acme/${path}`);
		await expect(page.locator("#content h1, #content h2").first()).toBeVisible();
		await page.waitForLoadState("networkidle");
		expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), path).toBe(0);
	}
});

test("on a telephone a dialog and the designer's messages lie within the screen", async ({ page, api, ci }) => {
	await page.setViewportSize({ width: 390, height: 844 });
	const inside = async (part: Locator, what: string) => {
		await expect(part).toBeVisible();
		await expect.poll(async () => await part.boundingBox().then((box) => box && box.x >= 0 && box.x + box.width <= 390), what).toBe(true);
	};
	const crm = await publishedConnector(api);
	await api.call("PATCH", `/api/connectors/${crm}/draft`, { settings: { batch_size: 7 } });
	await api.call("POST", `/api/connectors/${crm}/publish`, { base_version: 1 });
	await page.goto(`/w/acme/connectors/${crm}/history?compare=v2`);
	const compare = page.getByRole("dialog", { name: "Compare version 2" });
	for (const chip of ["Version 1", "The live version", "The draft"]) await inside(compare.getByText(chip, { exact: true }), chip);

	const { slug } = await publishedFlow(ci);
	const { graph } = await api.call("GET", `/v1/flows/${slug}/draft`);
	graph.nodes[1].content.rules[0].fee = "1 + + (";
	await api.call("PUT", `/v1/flows/${slug}/draft`, { graph });
	await page.goto(`/w/acme/flows/${slug}`);
	await page.getByTestId("diagnostics").click();
	await inside(page.locator(".ant-popover-inner"), "diagnostics");
	expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
});

test("the search box keeps its caret, and what is typed in the middle stays there", async ({ page }) => {
	await page.goto("/w/acme/connectors");
	const box = page.getByLabel("Search connectors");
	await box.fill("crm");
	await box.press("Home");
	await box.pressSequentially("hub");
	await expect(box).toHaveValue("hubcrm");
	await expect(page).toHaveURL(/q=hubcrm/);
});

test("the theme is kept", async ({ page }) => {
	await page.goto("/w/acme/connectors");
	await page.getByRole("button", { name: "Use the dark theme" }).click();
	await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
	await page.reload();
	await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("a token is shown once, works, and is revoked", async ({ page, api }) => {
	const name = unique("token");
	await page.goto("/w/acme/settings/members");
	await page.getByRole("link", { name: "Tokens" }).click();
	await page.getByRole("button", { name: "New token" }).click();
	await page.getByLabel("Name").fill(name);
	await page.getByRole("button", { name: "Create" }).click();
	const token = (await page.getByTestId("secret").textContent()) ?? "";
	expect(token).toMatch(/^fcs_/);
	expect((await api.call("GET", "/v1/me", undefined, { token })).token.surface).toBe("cli");
	// It is shown this once: going back asks first, and a browser that lets no page copy says so.
	await page.goBack();
	await page.getByRole("button", { name: "Stay" }).click();
	await expect(page.getByTestId("secret")).toHaveText(token);
	await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
	await page.getByRole("button", { name: "Copy" }).click();
	await said(page, "copy it yourself");
	await page.getByRole("button", { name: "I have kept it" }).click();
	await expect(page.getByText(token)).toBeHidden();
	await page.getByRole("button", { name: `Revoke ${name}` }).click();
	await page.getByRole("tooltip").getByRole("button", { name: "Revoke" }).click();
	await said(page, "Revoked");
	await expect(page.getByText(name)).toBeHidden();
});

test("a token whose answer was cut is told of, and another one can be made", async ({ page }) => {
	const name = unique("token");
	await page.goto("/w/acme/settings/tokens");
	await page.getByRole("button", { name: "New token" }).click();
	await page.getByLabel("Name").fill(name);
	await page.route("**/v1/tokens", async (route) => {
		if (route.request().method() !== "POST") return route.fallback();
		await route.fetch();
		await route.abort();
	});
	const create = page.getByRole("button", { name: "Create" });
	await create.click();
	await expect(page.getByRole("alert")).toContainText("not known whether this was done");
	await page.unroute("**/v1/tokens");
	await create.click();
	await expect(page.getByRole("alert").filter({ hasText: "its secret was lost with the answer" })).toBeVisible();
	await expect(page.getByRole("button", { name: `Revoke ${name}` })).toHaveCount(1);
	await create.click();
	await expect(page.getByTestId("secret")).toContainText("fcs_");
});

test("a member is added, gets another role, and the audit tells", async ({ page }) => {
	const email = `${unique("member")}@acme.example`;
	await page.goto("/w/acme/settings/members");
	await page.getByLabel("E-mail of the new member").fill(email);
	await page.getByRole("button", { name: "Add", exact: true }).click();
	await said(page, `${email} was added`);
	await page.getByRole("combobox", { name: `Role of ${email}` }).press("Enter");
	await page.locator(".ant-select-dropdown:visible").getByTitle("viewer", { exact: true }).click();
	await said(page, `${email} is viewer now`);
	await page.getByRole("link", { name: "Audit" }).click();
	await expect(page.getByRole("row").nth(1)).toContainText("owner@acme.example");
});
