import type { Page } from "@playwright/test";
import { type Api, CONFIG, env, expect, leaveOutClosers, publishedConnector, said, test, unique, url } from "./support";

test("after any draft write the connector shows the unpublished changes banner, a review, and a publish that moves the version label", async ({ page, api, ci }) => {
	const slug = await publishedConnector(api);
	await page.goto(`/w/acme/connectors/${slug}`);
	await expect(page.getByTestId("version-label")).toHaveText("Version 1");
	await expect(page.getByTestId("unpublished")).toBeHidden();
	await expect(page.getByTestId("replication")).toContainText(/readable by workers since \d\d:\d\d:\d\d, [\d.]+ m?s after publish/);

	await page.getByRole("button", { name: "contact", exact: true }).click();
	await page.getByRole("button", { name: "Add a field" }).click();
	await page.getByLabel("Field name").last().fill("phone");
	await page.getByRole("button", { name: "Save" }).click();
	await said(page, "Saved in the draft");
	await page.getByRole("button", { name: "Close", exact: true }).click();
	const banner = page.getByTestId("unpublished");
	await expect(banner).toContainText("Unpublished changes");
	await expect(banner).toContainText("Workers still read version 1");
	await expect(page.getByTestId("version-label")).toHaveText("Version 1");

	await banner.getByRole("link", { name: "Review changes" }).click();
	await expect(page).toHaveURL(new RegExp(`/w/acme/connectors/${slug}/review`));
	const review = page.getByRole("dialog");
	await expect(review.getByTestId("changes")).toContainText("Entity contact");
	await expect(review.getByTestId("changes")).toContainText("added");
	await expect(review.getByTestId("changes")).toContainText("fields › phone");
	await review.getByLabel("Note (optional)").fill("Phones, too");
	await review.getByRole("button", { name: "Publish" }).click();
	await said(page, "Version 2 is published");
	await expect(page.getByTestId("version-label")).toHaveText("Version 2");
	await expect(banner).toBeHidden();

	const versions = await api.call("GET", `/api/connectors/${slug}/versions`);
	expect(versions.items[0]).toMatchObject({ version: 2, source: "designer-publish", surface: "designer", note: "Phones, too", is_active: true });
	// A setup script's write is a draft write like any other.
	await ci.call("PUT", `/api/connectors/${slug}/draft/settings`, { base_url: "https://other.example.com" });
	await page.reload();
	await expect(banner).toContainText("Last edited by ci-bot@acme.example");
	// And so is an agent's.
	const draft = await ci.call("GET", `/api/connectors/${slug}/draft`);
	const agent = ci.as({ token: env("FETCHCATCH_AGENT_TOKEN") });
	await agent.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size: 9 } }, { etag: draft.etag });
	await page.reload();
	await expect(banner).toContainText("Unpublished changes");
	await expect(banner).not.toContainText("Last edited by ci-bot@acme.example");
	await expect(page.getByTestId("version-label")).toHaveText("Version 2");
});

test("what blocks publishing is said where it is, and nothing is published", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await api.call("PUT", `/api/connectors/${slug}/draft/event-flows/crm/deal.created`, { entity: "deal", action: "upsert", mapping: {} });
	await page.goto(`/w/acme/connectors/${slug}/review`);
	const review = page.getByRole("dialog");
	await expect(review).toContainText("block publishing");
	await expect(review).toContainText("/event_flows/crm/deal.created");
	await expect(review.getByRole("button", { name: "Publish" })).toBeDisabled();
});

test("Reset draft drops the changes and starts from the version that somebody else published", async ({ page, colleague, api }) => {
	const slug = await bothAtOnce(page, colleague, api);
	const modal = page.getByRole("dialog");
	await expect(modal).toContainText("Your draft was started when version 2 was active");
	await expect(modal).toContainText("Version 3 was published by owner@globex.example");
	await modal.getByRole("button", { name: "Reset draft" }).click();
	await page.getByRole("tooltip").getByRole("button", { name: "Reset draft" }).click();
	await said(page, "The draft is version 3 again");
	await expect(page.getByTestId("unpublished")).toBeHidden();
	const draft = await api.call("GET", `/api/connectors/${slug}/draft`);
	expect(draft).toMatchObject({ base_version: 3, has_unpublished_changes: false });
});

test("Keep editing leaves the draft as it is, to be resolved by hand", async ({ page, colleague, api }) => {
	const slug = await bothAtOnce(page, colleague, api);
	await page.getByRole("dialog").getByRole("button", { name: "Keep editing" }).click();
	await expect(page.getByRole("dialog")).toBeHidden();
	const banner = page.getByTestId("unpublished");
	await expect(banner).toContainText("Version 3 was published since these changes began");
	const draft = await api.call("GET", `/api/connectors/${slug}/draft`);
	expect(draft).toMatchObject({ base_version: 2, active_version: 3, has_unpublished_changes: true });
	await banner.getByRole("link", { name: "Resolve" }).click();
	await expect(page.getByRole("dialog")).toContainText("Version 3 was published");
});

test("Merge lets one pick a side for each conflict, shows what the server makes of it, and publishes on", async ({ page, colleague, api }) => {
	const slug = await bothAtOnce(page, colleague, api);
	await page.getByRole("dialog").getByRole("button", { name: "Merge" }).click();
	const picker = page.getByRole("dialog");
	await expect(picker).toContainText("1 conflict to decide");
	await expect(picker.getByRole("button", { name: "Merge into the draft" })).toBeDisabled();
	await picker.getByRole("radio", { name: /Yours/ }).check();
	await expect(picker.getByTestId("merge-preview")).toContainText("https://mine.example.com");
	await picker.getByRole("radio", { name: /Version 3/ }).check();
	await expect(picker.getByTestId("merge-preview")).not.toContainText("https://mine.example.com");
	await picker.getByRole("radio", { name: /Yours/ }).check();
	await expect(picker.getByTestId("merge-preview")).toContainText("https://mine.example.com");
	await picker.getByRole("button", { name: "Merge into the draft" }).click();
	await said(page, "based on version 3");
	await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
	await said(page, "Version 4 is published");
	const { config } = await api.call("GET", `/api/connectors/${slug}/versions/4`);
	expect(config.settings).toMatchObject({ base_url: "https://mine.example.com", batch_size: 100 });
});

/**
 * Two people at once: the one has edited and is about to publish, the other rolls production back meanwhile. The draft keeps its changes, and
 * the publish that would undo the rollback is refused.
 */
async function bothAtOnce(page: Page, colleague: Page, api: Api): Promise<string> {
	const slug = await publishedConnector(api);
	await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { base_url: "https://second.example.com", batch_size: 500 } });
	await api.call("POST", `/api/connectors/${slug}/publish`, { base_version: 1 });
	await page.goto(`/w/acme/connectors/${slug}?tab=settings`);
	await page.getByLabel("Value of base_url").fill("https://mine.example.com");
	await page.getByRole("button", { name: "Save" }).click();
	await said(page, "Saved in the draft");
	await page.getByRole("button", { name: "Publish…" }).click();
	const publish = page.getByRole("dialog").getByRole("button", { name: "Publish", exact: true });
	await expect(publish).toBeEnabled();

	await colleague.goto(`/w/acme/connectors/${slug}/history`);
	await colleague.getByRole("button", { name: "Actions for version 1" }).click();
	await colleague.getByRole("menuitem", { name: "Roll back to this version" }).click();
	await colleague.getByRole("button", { name: "Roll back", exact: true }).click();
	await said(colleague, "Version 3 is live");

	await publish.click();
	await expect(page).toHaveURL(/\/conflict/);
	return slug;
}

test("the JSON editor says what a member means and what of it is wrong, by the schema of configs", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await page.goto(`/w/acme/connectors/${slug}?tab=json`);
	const editor = page.getByRole("textbox", { name: "config as JSON" });
	await editor.focus();
	await page.keyboard.press("ControlOrMeta+a");
	await page.keyboard.insertText(JSON.stringify({ schema_version: "3.0", entities: { contact: { fields: { id: { type: "text", required: "yes" } } } } }));
	await leaveOutClosers(page);
	const hover = page.locator(".monaco-hover");
	await page.getByText('"text"').hover();
	await expect(hover.filter({ hasText: "What the field holds" })).toBeVisible();
	await expect(page.locator(".squiggly-warning, .squiggly-error").first()).toBeVisible();
	await page.getByText('"yes"').hover();
	await expect(hover.filter({ hasText: "Incorrect type" })).toBeVisible();
});

test("a refused save keeps what was typed, and a colleague's change is not overwritten", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await page.goto(`/w/acme/connectors/${slug}?open=contact`);
	await page.getByLabel("Description", { exact: true }).fill("Somebody we know");
	await page.route("**/draft/entities/**", (route) => route.abort());
	await page.getByRole("button", { name: "Save" }).click();
	await expect(page.getByRole("alert")).toContainText("What you typed is still here");
	await page.unroute("**/draft/entities/**");
	const theirs = { ...CONFIG.entities.contact, description: "A human being" };
	await api.call("PUT", `/api/connectors/${slug}/draft/entities/contact`, theirs);
	await page.getByRole("button", { name: "Save" }).click();
	await expect(page.getByText("changed this while you were editing")).toBeVisible();
	await expect(page.getByLabel("Description", { exact: true })).toHaveValue("Somebody we know");
	expect((await api.call("GET", `/api/connectors/${slug}/draft`)).config.entities.contact.description).toBe("A human being");
	await page.getByRole("button", { name: "Save mine over it" }).click();
	await said(page, "Saved in the draft");
	expect((await api.call("GET", `/api/connectors/${slug}/draft`)).config.entities.contact.description).toBe("Somebody we know");
});

test("a colleague's change of another part is kept when this one is saved", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await page.goto(`/w/acme/connectors/${slug}?open=contact`);
	await page.getByLabel("Description", { exact: true }).fill("Somebody we know");
	await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size: 1 } });
	await page.getByRole("button", { name: "Save" }).click();
	await said(page, "Saved in the draft");
	const { config } = await api.call("GET", `/api/connectors/${slug}/draft`);
	expect(config.settings.batch_size).toBe(1);
	expect(config.entities.contact.description).toBe("Somebody we know");
});

test("leaving with something typed asks first", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await page.goto(`/w/acme/connectors/${slug}?open=contact`);
	await page.getByLabel("Description", { exact: true }).fill("Not saved");
	await page.getByRole("button", { name: "Close", exact: true }).click();
	await page.getByRole("button", { name: "Keep typing" }).click();
	await expect(page.getByLabel("Description", { exact: true })).toHaveValue("Not saved");
});

test("a connector is made, its parts written by form and as JSON, and archived", async ({ page, api }) => {
	const name = unique("Shop");
	await page.goto("/w/acme/connectors");
	await page.getByRole("button", { name: "New connector" }).click();
	await page.getByLabel("Name").fill(name);
	await expect(page.getByLabel("Slug")).toHaveValue(name.toLowerCase());
	await page.getByRole("button", { name: "Create" }).click();
	await expect(page.getByTestId("version-label")).toHaveText("never published");
	const slug = name.toLowerCase();
	await page.getByRole("button", { name: "Add an entity" }).click();
	await page.getByLabel("Name", { exact: true }).fill("order");
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByRole("button", { name: "Add a field" }).click();
	await page.getByLabel("Field name").fill("id");
	await page.getByRole("button", { name: "Save" }).click();
	await said(page, "Saved in the draft");
	await page.getByRole("button", { name: "Close", exact: true }).click();
	await page.getByRole("tab", { name: /Event flows/ }).click();
	await page.getByRole("button", { name: "Add an event flow" }).click();
	await page.getByLabel("Source", { exact: true }).fill("shop");
	await page.getByLabel("Type", { exact: true }).fill("order.created");
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Entity", { exact: true }).fill("order");
	await page.getByRole("button", { name: "Add a mapping" }).click();
	await page.getByRole("combobox", { name: "Target field" }).fill("id");
	await page.getByLabel("Source path of id").fill("order.id");
	await page.getByRole("button", { name: "Save" }).click();
	await expect.poll(async () => (await api.call("GET", `/api/connectors/${slug}/draft`)).config.event_flows).toEqual({
		shop: { "order.created": { entity: "order", action: "upsert", mapping: { id: "order.id" } } },
	});
	await page.getByRole("button", { name: "Close", exact: true }).click();
	await page.getByRole("tab", { name: "JSON" }).click();
	const editor = page.getByRole("textbox", { name: "config as JSON" });
	await editor.focus();
	await page.keyboard.press("ControlOrMeta+a");
	await page.keyboard.insertText(JSON.stringify({ ...CONFIG, settings: { written: "as JSON" } }));
	await leaveOutClosers(page);
	await page.getByRole("button", { name: "Save" }).click();
	await expect.poll(async () => (await api.call("GET", `/api/connectors/${slug}/draft`)).config.settings).toEqual({ written: "as JSON" });
	await page.getByRole("button", { name: "Publish…" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Publish", exact: true }).click();
	await expect(page.getByTestId("version-label")).toHaveText("Version 1");
	await page.getByRole("button", { name: "More for this connector" }).click();
	await page.getByRole("menuitem", { name: "Archive" }).click();
	await page.getByRole("button", { name: "Archive", exact: true }).click();
	await expect(page.getByText("archived", { exact: true })).toBeVisible();
});

test("entities are searched, and one may have a name that every object knows", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await api.call("PUT", `/api/connectors/${slug}/draft/entities/deal`, { fields: {} });
	await page.goto(`/w/acme/connectors/${slug}`);
	await page.getByLabel("Search entities").fill("dea");
	await expect(page.getByRole("button", { name: "deal", exact: true })).toBeVisible();
	await expect(page.getByRole("button", { name: "contact", exact: true })).toBeHidden();
	await page.getByRole("button", { name: "Add an entity" }).click();
	await page.getByLabel("Name", { exact: true }).fill("constructor");
	await page.getByRole("button", { name: "Continue" }).click();
	await expect(page.getByText("New entity constructor")).toBeVisible();
	await page.getByRole("button", { name: "Save" }).click();
	await said(page, "Saved in the draft");
	const { config } = await api.call("GET", `/api/connectors/${slug}/draft`);
	expect(Object.keys(config.entities)).toContain("constructor");
});

test("a session that ends while something is typed loses nothing of it", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await page.goto(`/w/acme/connectors/${slug}?open=contact`);
	await page.getByLabel("Description", { exact: true }).fill("Somebody we know");
	await page.context().clearCookies();
	await page.getByRole("button", { name: "Save" }).click();
	const alert = page.getByRole("dialog").getByRole("alert");
	await expect(alert).toContainText("Your session has ended.");
	await expect(alert).toContainText("What you typed is still here");
	const answer = await page.context().request.post("/auth/token", { data: { token: env("FETCHCATCH_OWNER_TOKEN") }, headers: { origin: url() } });
	expect(answer.status()).toBe(200);
	await page.getByRole("button", { name: "Save" }).click();
	await said(page, "Saved in the draft");
	const { config } = await api.call("GET", `/api/connectors/${slug}/draft`);
	expect(config.entities.contact.description).toBe("Somebody we know");
});
