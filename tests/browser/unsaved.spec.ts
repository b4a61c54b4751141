import type { Page, Route } from "@playwright/test";
import { changeFee, CONFIG, expect, leaveOutClosers, ownWorkspace, publishedConnector, publishedFlow, said, test } from "./support";

const isDraft = (method: string) => (answer: { url(): string; request(): { method(): string } }) => /\/draft$/.test(answer.url()) && answer.request().method() === method;
const broken = (route: Route) => (route.request().method() === "PUT" ? route.fulfill({ status: 500, json: {} }) : route.fallback());

/** Holds up the next save until it is let go; a drawing may take more saves than one, and those pass. */
async function holdSave(page: Page): Promise<{ begun: () => Promise<void>; go: () => Promise<void> }> {
	let held: Route | undefined;
	await page.route("**/draft", (route) => {
		if (held || route.request().method() !== "PUT") return route.fallback();
		held = route;
	});
	return { begun: () => expect.poll(() => held).toBeDefined(), go: () => held!.continue() };
}

/** The page asks for the draft again by itself, and gets what a colleague made of it. */
async function polled(page: Page): Promise<void> {
	await page.waitForResponse(isDraft("GET"), { timeout: 30_000 });
}

test("a form that was begun before a colleague's change does not overwrite it, although the page has seen it since", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await page.goto(`/w/acme/connectors/${slug}?open=contact`);
	await page.getByLabel("Description", { exact: true }).fill("Somebody we know");
	const theirs = { ...CONFIG.entities.contact, description: "A human being" };
	await api.call("PUT", `/api/connectors/${slug}/draft/entities/contact`, theirs);
	await polled(page);
	await page.getByRole("button", { name: "Save" }).click();
	await expect(page.getByText("changed this while you were editing")).toBeVisible();
	expect((await api.call("GET", `/api/connectors/${slug}/draft`)).config.entities.contact.description).toBe("A human being");

	// Saving over it fails loudly, and works once it can.
	await page.route("**/draft/entities/**", (route) => route.abort());
	await page.getByRole("button", { name: "Save mine over it" }).click();
	await expect(page.getByRole("alert").filter({ hasText: "not known whether this was done" })).toBeVisible();
	await page.unroute("**/draft/entities/**");
	await page.getByRole("button", { name: "Save mine over it" }).click();
	await said(page, "Saved in the draft");
	expect((await api.call("GET", `/api/connectors/${slug}/draft`)).config.entities.contact.description).toBe("Somebody we know");
});

test("the whole config as JSON does not wipe what somebody added meanwhile", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await page.goto(`/w/acme/connectors/${slug}?tab=json`);
	await page.getByRole("textbox", { name: "config as JSON" }).focus();
	await page.keyboard.press("ControlOrMeta+a");
	await page.keyboard.insertText(JSON.stringify({ ...CONFIG, settings: { written: "as JSON" } }));
	await leaveOutClosers(page);
	await api.call("PUT", `/api/connectors/${slug}/draft/entities/deal`, { fields: {} });
	await polled(page);
	await page.getByRole("button", { name: "Save" }).click();
	await expect(page.getByText("changed this while you were editing")).toBeVisible();
	expect((await api.call("GET", `/api/connectors/${slug}/draft`)).config.entities).toHaveProperty("deal");
});

test("what is typed under a review is said to be no part of it", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size: 7 } });
	await page.goto(`/w/acme/connectors/${slug}?tab=settings`);
	await page.getByLabel("Value of base_url").fill("https://typed.example.com");
	await page.getByRole("button", { name: "Publish…" }).click();
	await expect(page.getByRole("dialog")).toContainText("What you typed on this page is not saved, and is no part of this");
});

test.describe("while the drawing can't be saved", () => {
	test("leaving the page asks, and so does signing out", async ({ page, ci }) => {
		const { slug } = await publishedFlow(ci);
		await page.goto(`/w/acme/flows/${slug}`);
		await page.route("**/draft", broken);
		await changeFee(page);
		await expect(page.getByText("What you typed is still here")).toBeVisible();
		await page.getByRole("link", { name: "Runs" }).click();
		await page.getByRole("button", { name: "Stay" }).click();
		await expect(page.getByText("21.55")).toBeVisible();
		await page.getByRole("button", { name: /account of/ }).click();
		await page.getByRole("menuitem", { name: "Sign out" }).click();
		await page.getByRole("button", { name: "Stay" }).click();
		await expect(page.getByText("21.55")).toBeVisible();
		await page.getByRole("link", { name: "Runs" }).click();
		await page.getByRole("button", { name: "Leave", exact: true }).click();
		await expect(page.getByRole("heading", { name: "Runs" })).toBeVisible();
	});

	test("it can be neither published nor tested, and both say why", async ({ page, api, ci }) => {
		const { slug } = await publishedFlow(ci);
		await page.goto(`/w/acme/flows/${slug}`);
		await changeFee(page);
		await expect(page.getByTestId("unpublished")).toBeVisible();
		await page.route("**/draft", broken);
		await page.keyboard.type("7");
		await expect(page.getByText("What you typed is still here")).toBeVisible();

		await page.getByText("Graph", { exact: true }).first().click();
		await page.locator(".grl-dg__aside__side-bar__bottom button").first().click();
		await page.getByTestId("designer").getByRole("button", { name: /Run$/ }).click();
		await expect(page.locator(".ant-notification")).toContainText("What you drew is not saved");

		// The review tries once more by itself.
		const tried = page.waitForResponse(isDraft("PUT"));
		await page.getByRole("button", { name: "Publish…" }).click();
		await tried;
		const review = page.getByRole("dialog");
		await expect(review).toContainText("What you drew is not saved");
		await expect(review.getByRole("button", { name: "Publish" })).toBeDisabled();
		await page.unroute("**/draft");
		await review.getByRole("button", { name: "Save and look again" }).click();
		await expect(review.getByTestId("changes")).toContainText("21.557");
		await review.getByRole("button", { name: "Publish" }).click();
		await said(page, "Version 2 is published");
		const { graph } = await api.call("GET", `/v1/flows/${slug}/versions/2`);
		expect(JSON.stringify(graph)).toContain("21.557");
	});
});

test("signing out right after a stroke saves it first", async ({ page, api, ci }) => {
	const { slug } = await publishedFlow(ci);
	await page.goto(`/w/acme/flows/${slug}`);
	await changeFee(page);
	await expect(page.getByTestId("unpublished")).toBeVisible();
	const save = await holdSave(page);
	const answered: string[] = [];
	page.on("response", (response) => answered.push(`${response.request().method()} ${new URL(response.url()).pathname}`));
	await page.keyboard.type("3");
	await page.getByRole("button", { name: /account of/ }).click();
	await page.getByRole("menuitem", { name: "Sign out" }).click();
	await save.begun();
	await save.go();
	await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
	const told = answered.filter((one) => /^PUT|logout/.test(one));
	expect(told).toContain(`PUT /v1/flows/${slug}/draft`);
	expect(told.at(-1)).toBe("POST /auth/logout");
	expect(JSON.stringify((await api.call("GET", `/v1/flows/${slug}/draft`)).graph)).toContain("21.553");
});

test("a stroke is saved although one leaves in the same moment", async ({ page, api, ci }) => {
	const { slug } = await publishedFlow(ci);
	await page.goto(`/w/acme/flows/${slug}`);
	await changeFee(page);
	await expect(page.getByTestId("save-mark")).toContainText("Saved in the draft");
	await page.keyboard.type("4");
	await page.getByRole("link", { name: "Runs" }).evaluate((link: HTMLElement) => link.click());
	await expect(page.getByRole("heading", { name: "Runs" })).toBeVisible();
	expect(JSON.stringify((await api.call("GET", `/v1/flows/${slug}/draft`)).graph)).toContain("21.554");
});

test("a name is saved although one leaves by the very click that ends its editing", async ({ page, api, ci }) => {
	const { slug } = await publishedFlow(ci);
	await page.goto(`/w/acme/flows/${slug}`);
	const name = page.getByTestId("designer").getByText("Carrier and fee", { exact: true }).filter({ visible: true });
	await name.dblclick();
	await page.keyboard.press("ControlOrMeta+a");
	await page.keyboard.type("Carrier and price");
	await page.getByRole("link", { name: "Runs" }).click();
	await expect(page.getByRole("heading", { name: "Runs" })).toBeVisible();
	expect(JSON.stringify((await api.call("GET", `/v1/flows/${slug}/draft`)).graph)).toContain("Carrier and price");
});

test("a colleague's draft that comes while the editor still holds back a stroke is not overwritten", async ({ page, api, ci }) => {
	const { slug } = await publishedFlow(ci);
	await page.clock.install();
	await page.goto(`/w/acme/flows/${slug}`);
	await changeFee(page, "6");
	await expect(page.getByTestId("unpublished")).toBeVisible();
	const { graph } = await api.call("GET", `/v1/flows/${slug}/draft`);
	const theirs = JSON.parse(JSON.stringify(graph).replace("21.56", "30"));
	await api.call("PUT", `/v1/flows/${slug}/draft`, { graph: theirs });
	// The page asks, and gets the answer within the moment in which nobody but the editor knows of the stroke.
	let held: Route | undefined;
	await page.route("**/draft", (route) => {
		if (held || route.request().method() !== "GET") return route.fallback();
		held = route;
	});
	await page.clock.pauseAt(Date.now() + 25_000);
	await expect.poll(() => held).toBeDefined();
	await page.keyboard.type("7");
	const answered = page.waitForResponse(isDraft("GET"));
	await held!.continue();
	await (await answered).finished();
	for (let at = 0; at < 5; at += 1) await page.clock.runFor(10);
	await page.clock.resume();
	await expect(page.getByText("changed this draft while you were editing")).toBeVisible();
	expect((await api.call("GET", `/v1/flows/${slug}/draft`)).graph).toEqual(theirs);
});

test("reloading a page on which all is saved asks nothing", async ({ page, ci }) => {
	const { slug } = await publishedFlow(ci);
	await page.goto(`/w/acme/flows/${slug}`);
	await changeFee(page);
	await expect(page.getByTestId("unpublished")).toBeVisible();
	await expect(page.getByTestId("save-mark")).toContainText("Saved in the draft");
	let asked = false;
	page.on("dialog", (dialog) => {
		asked = true;
		void dialog.accept();
	});
	await page.evaluate(() => {
		document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "F5", bubbles: true }));
		location.reload();
	});
	await expect(page.getByText("Edit Table")).toBeVisible();
	expect(asked).toBe(false);
});

test("what an editor could not be loaded for is still there when it can", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await page.goto(`/w/acme/connectors/${slug}?open=contact`);
	await page.getByLabel("Description", { exact: true }).fill("Somebody we know");
	await page.route("**/assets/**", (route) => route.abort());
	await page.getByRole("radio", { name: "JSON" }).check();
	await expect(page.getByRole("alert")).toContainText("This part of the page could not be shown");
	await page.unroute("**/assets/**");
	await page.getByRole("button", { name: "Try again" }).click();
	await expect(page.getByText("Somebody we know").first()).toBeVisible();
	await page.getByRole("radio", { name: "Form" }).check();
	await expect(page.getByLabel("Description", { exact: true })).toHaveValue("Somebody we know");
});

test("each part that comes when it is needed can be asked for again", async ({ page, api }) => {
	const own = await ownWorkspace(api);
	const { slug } = await publishedFlow(own.ci);
	const at = `/w/${own.slug}`;
	await own.api.call("POST", `/v1/flows/${slug}/draft/evaluate?trace=true`, { order: { total: 40, weightKg: 2, country: "JP" } });
	const { graph } = await own.api.call("GET", `/v1/flows/${slug}/draft`);
	graph.nodes[0].name = "Renamed";
	await own.api.call("PUT", `/v1/flows/${slug}/draft`, { graph });
	const designer = page.getByTestId("designer").getByText("Edit Table");
	const parts = [
		{ from: `${at}/flows`, opens: page.getByRole("button", { name: "New flow" }), shows: page.getByLabel("Name") },
		{ from: `${at}/flows`, opens: page.getByRole("link", { name: slug }).first(), shows: designer },
		{ from: `${at}/flows/${slug}`, opens: page.getByRole("button", { name: "Publish…" }), shows: page.getByRole("dialog").getByText("Edit Table") },
		{ from: `${at}/runs`, opens: page.locator("tbody tr.ant-table-row").getByRole("link").first(), shows: page.getByTestId("run-graph").getByText("Edit Table") },
	];
	for (const { from, opens, shows } of parts) {
		await page.goto(from);
		if (from.endsWith(slug)) await expect(designer).toBeVisible();
		await expect(opens).toBeVisible();
		// The question whether the files can be had, which goes before each of them.
		await page.route("**/assets/**", (route) => (route.request().method() === "HEAD" ? route.abort() : route.fallback()));
		await opens.click();
		await expect(page.getByRole("alert").filter({ hasText: "This part of the page could not be shown" })).toBeVisible();
		await page.unroute("**/assets/**");
		await page.getByRole("button", { name: "Try again" }).click();
		await expect(shows).toBeVisible();
	}
});

test("test inputs are gone when one signs out, and another workspace does not see them", async ({ page, ci }) => {
	const { slug } = await publishedFlow(ci);
	await page.goto(`/w/acme/flows/${slug}`);
	await page.locator(".grl-dg__aside__side-bar__bottom button").first().click();
	const request = page.getByTestId("designer").locator(".monaco-editor").first();
	await request.click();
	await page.keyboard.press("ControlOrMeta+a");
	await page.keyboard.insertText('{"who": "a customer of ours"}');
	await expect.poll(() => page.evaluate(() => Object.values(sessionStorage).join())).toContain("a customer of ours");
	expect(await page.evaluate(() => Object.values(localStorage).join())).not.toContain("a customer of ours");
	await page.getByRole("button", { name: /account of/ }).click();
	await page.getByRole("menuitem", { name: "Sign out" }).click();
	await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
	expect(await page.evaluate(() => Object.values(sessionStorage).join())).not.toContain("a customer of ours");
});

test("publishing right after a stroke waits until it is saved", async ({ page, api, ci }) => {
	const { slug } = await publishedFlow(ci);
	await page.goto(`/w/acme/flows/${slug}`);
	await changeFee(page);
	await expect(page.getByTestId("unpublished")).toBeVisible();
	await page.keyboard.type("9");
	const save = await holdSave(page);
	await page.getByRole("button", { name: "Publish…" }).click();
	const publish = page.getByRole("dialog").getByRole("button", { name: "Publish" });
	await expect(publish).toBeDisabled();
	await save.begun();
	await expect(publish).toBeDisabled();
	await save.go();
	await publish.click();
	await said(page, "Version 2 is published");
	expect(JSON.stringify((await api.call("GET", `/v1/flows/${slug}/versions/2`)).graph)).toContain("21.559");
});

test("resetting the draft right after a stroke drops that stroke, too", async ({ page, api, ci }) => {
	const { slug } = await publishedFlow(ci);
	await page.goto(`/w/acme/flows/${slug}`);
	await changeFee(page);
	await expect(page.getByTestId("unpublished")).toBeVisible();
	const save = await holdSave(page);
	await page.keyboard.type("8");
	await page.getByRole("button", { name: "More for this flow" }).click();
	await page.getByRole("menuitem", { name: "Reset draft" }).click();
	await save.begun();
	await save.go();
	await page.getByRole("button", { name: "Reset draft", exact: true }).click();
	await said(page, "The draft was reset");
	await expect(page.getByText("21.5", { exact: true })).toBeVisible();
	await expect(page.getByText("21.558")).toHaveCount(0);
	await expect(page.getByTestId("save-mark")).toContainText("Saved in the draft");
	expect((await api.call("GET", `/v1/flows/${slug}/draft`)).hasUnpublishedChanges).toBe(false);
});
