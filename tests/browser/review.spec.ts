import { changeFee, COLLEAGUE, CONFIG, expect, ownWorkspace, publishedConnector, publishedFlow, said, test } from "./support";

test("a publish whose answer was cut is said to be of unknown outcome, and trying again does it once", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size: 7 } });
	await page.goto(`/w/acme/connectors/${slug}/review`);
	await page.route("**/publish", async (route) => {
		await route.fetch();
		await route.abort();
	});
	const publish = page.getByRole("dialog").getByRole("button", { name: "Publish" });
	await publish.click();
	await expect(page.getByRole("dialog").getByRole("alert")).toContainText("not known whether this was done");
	await page.unroute("**/publish");
	await publish.click();
	await said(page, "Version 2 is published");
	expect((await api.call("GET", `/api/connectors/${slug}/versions`)).items).toHaveLength(2);
});

test("what changes under a review is looked at again before it is published", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size: 7 } });
	await page.goto(`/w/acme/connectors/${slug}/review`);
	const review = page.getByRole("dialog");
	const publish = review.getByRole("button", { name: "Publish" });
	await expect(publish).toBeEnabled();
	await review.getByLabel("Note (optional)").fill("Smaller batches");
	await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size: 9999 } });
	// Before the page has heard of it, the API refuses what nobody has reviewed.
	await publish.click();
	await expect(review).toContainText("The draft has changed since you opened this");
	await expect(publish).toBeDisabled();
	expect((await api.call("GET", `/api/connectors/${slug}`)).active_version).toBe(1);
	await review.getByRole("button", { name: "Look again" }).click();
	await expect(review.getByTestId("changes")).toContainText("9999");
	await expect(review.getByLabel("Note (optional)")).toHaveValue("Smaller batches");
	await publish.click();
	await said(page, "Version 2 is published");
});

test("the note outlives Escape and a reload, until it is published", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size: 7 } });
	await page.goto(`/w/acme/connectors/${slug}/review`);
	const note = page.getByLabel("Note (optional)");
	await note.fill("Smaller batches");
	await page.keyboard.press("Escape");
	await expect(note).toBeHidden();
	await page.reload();
	await page.getByRole("button", { name: "Publish…" }).click();
	await expect(note).toHaveValue("Smaller batches");
	await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
	await said(page, "Version 2 is published");
	expect((await api.call("GET", `/api/connectors/${slug}/versions`)).items[0].note).toBe("Smaller batches");
	await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size: 8 } });
	await page.goto(`/w/acme/connectors/${slug}/review`);
	await expect(note).toHaveValue("");
});

test("two people at one flow: the one's publish leads the other into the conflict, which names the cell and merges", async ({ page, colleague, api, ci }) => {
	const { slug } = await publishedFlow(ci);
	const { graph } = await api.call("GET", `/v1/flows/${slug}/versions/1`);
	const dearer = JSON.parse(JSON.stringify(graph).replaceAll('"21.5"', '"30"'));
	for (const [baseVersion, next] of [dearer, graph].entries()) {
		await api.call("PUT", `/v1/flows/${slug}/draft`, { graph: next });
		await api.call("POST", `/v1/flows/${slug}/publish`, { baseVersion: baseVersion + 1 });
	}
	await page.goto(`/w/acme/flows/${slug}`);
	await changeFee(page, "5");
	await expect(page.getByTestId("unpublished")).toBeVisible();
	await page.getByRole("button", { name: "Publish…" }).click();
	// Whether the page has heard of the other's version yet or not.
	const on = page.getByRole("dialog").getByRole("button", { name: /^(Publish|Resolve the conflict with version 4)$/ });
	await expect(on).toBeEnabled();
	await colleague.goto(`/w/acme/flows/${slug}/history`);
	await colleague.getByRole("button", { name: "Actions for version 2" }).click();
	await colleague.getByRole("menuitem", { name: "Roll back to this version" }).click();
	await colleague.getByRole("button", { name: "Roll back", exact: true }).click();
	await said(colleague, "Version 4 is live");

	await on.click();
	await expect(page).toHaveURL(/\/conflict/);
	const modal = page.getByRole("dialog");
	await expect(modal).toContainText("Version 4 was published by owner@globex.example");
	await modal.getByRole("button", { name: "Merge" }).click();
	const picker = page.getByRole("dialog");
	await expect(picker.getByRole("group", { name: "Node Carrier and fee › rule 4 › Fee" })).toBeVisible();
	await picker.getByRole("radio", { name: /Yours/ }).check();
	await expect(picker.getByTestId("merge-preview")).toContainText("rule 4 › Fee");
	await picker.getByRole("button", { name: "Merge into the draft" }).click();
	await said(page, "based on version 4");
	await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
	await said(page, "Version 5 is published");
	expect(JSON.stringify((await api.call("GET", `/v1/flows/${slug}/versions/5`)).graph)).toContain("21.55");
});

test("who only reads is offered no way to change the draft, and told why Publish is refused", async ({ colleague, api }) => {
	const own = await ownWorkspace(api);
	const workspace = await own.api.call("GET", `/v1/workspaces/${own.slug}`);
	await own.api.call("POST", `/v1/workspaces/${workspace.id}/members`, { email: COLLEAGUE, role: "viewer" });
	await own.api.call("POST", "/api/connectors", { slug: "crm", name: "CRM", config: CONFIG });
	await own.api.call("POST", "/api/connectors/crm/publish", { base_version: 0 });
	for (const [at, size] of [[1, 7], [2, 8]] as const) {
		await own.api.call("PATCH", "/api/connectors/crm/draft", { settings: { batch_size: size } });
		await own.api.call("POST", "/api/connectors/crm/publish", { base_version: at });
	}
	await own.api.call("PATCH", "/api/connectors/crm/draft", { settings: { batch_size: 9 } });
	await own.api.call("POST", "/api/connectors/crm/rollback", { version: 1, base_version: 3 });

	await colleague.goto(`/w/${own.slug}/connectors/crm`);
	await expect(colleague.getByTestId("unpublished")).toContainText("Version 4 was published since");
	await expect(colleague.getByRole("link", { name: "Resolve" })).toBeHidden();
	const publish = colleague.getByRole("button", { name: "Publish…" });
	await expect(publish).toHaveAccessibleDescription(/Your role here can't publish/);
	await publish.focus();
	await expect(colleague.getByRole("tooltip")).toContainText("Your role here can't publish");
	await colleague.keyboard.press("Enter");
	await expect(colleague.getByRole("dialog")).toBeHidden();
	await colleague.goto(`/w/${own.slug}/connectors/crm/conflict`);
	const modal = colleague.getByRole("dialog");
	await expect(modal).toContainText("Your role here reads only");
	await expect(modal.getByRole("button", { name: "Merge" })).toBeDisabled();
	await expect(modal.getByRole("button", { name: "Reset draft" })).toBeDisabled();
	await colleague.goto(`/w/${own.slug}/settings/audit`);
	await expect(colleague.getByText("Only an owner or admin of this workspace reads its audit.")).toBeVisible();
	await expect(colleague.getByLabel("Actor's e-mail")).toBeHidden();
});
