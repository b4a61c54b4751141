import { CONFIG, expect, publishedConnector, said, test } from "./support";

test("an older version is restored into the draft and publishes nothing", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size: 7 } });
	await api.call("POST", `/api/connectors/${slug}/publish`, { base_version: 1, note: "Smaller batches" });
	await page.goto(`/w/acme/connectors/${slug}`);
	await page.getByRole("button", { name: "History" }).click();
	const panel = page.getByTestId("history");
	await expect(panel.getByTestId("version-2")).toContainText("live");
	await expect(panel.getByTestId("version-2")).toContainText("console publish");
	await expect(panel.getByTestId("version-2")).toContainText("Smaller batches");
	await panel.getByRole("button", { name: "Actions for version 1" }).click();
	await page.getByRole("menuitem", { name: "Restore into the draft" }).click();
	await said(page, "Nothing was published");
	await expect(page.getByTestId("version-label")).toHaveText("Version 2");
	await expect(page.getByTestId("unpublished")).toBeVisible();
	const draft = await api.call("GET", `/api/connectors/${slug}/draft`);
	expect(draft).toMatchObject({ active_version: 2, base_version: 2, config: CONFIG });
});

test("history compares versions, and rolls back to one at once", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size: 7 } });
	await api.call("POST", `/api/connectors/${slug}/publish`, { base_version: 1 });
	await page.goto(`/w/acme/connectors/${slug}/history`);
	await page.getByRole("button", { name: "Actions for version 2" }).click();
	await page.getByRole("menuitem", { name: "Compare" }).click();
	const compare = page.getByRole("dialog", { name: "Compare version 2" });
	await expect(compare.getByTestId("changes")).toContainText("batch_size");
	await expect(page).toHaveURL(/compare=v2/);
	await compare.getByRole("button", { name: "Close" }).click();
	await page.getByRole("button", { name: "Actions for version 1" }).click();
	await page.getByRole("menuitem", { name: "Roll back to this version" }).click();
	await page.getByRole("button", { name: "Roll back", exact: true }).click();
	await said(page, "Version 3 is live");
	await expect(page.getByTestId("version-3")).toContainText("rollback");
	await page.getByRole("tab", { name: "All snapshots" }).click();
	await expect(page).toHaveURL(/show=all/);
	await expect(page.getByRole("tabpanel", { name: "All snapshots" }).getByTestId("version-1")).toBeVisible();
});

test("a rollback and a restore that one was asked about are refused once they would undo something else", async ({ page, colleague, api }) => {
	const slug = await publishedConnector(api);
	const publish = async (base: number, batch_size: number) => {
		await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size } });
		await api.call("POST", `/api/connectors/${slug}/publish`, { base_version: base });
	};
	await publish(1, 7);
	await page.goto(`/w/acme/connectors/${slug}/history`);
	await page.getByRole("button", { name: "Actions for version 1" }).click();
	await page.getByRole("menuitem", { name: "Roll back to this version" }).click();
	await expect(page.getByText("Roll back from version 2 to version 1?")).toBeVisible();
	await publish(2, 8);
	await page.getByRole("button", { name: "Roll back", exact: true }).click();
	await expect(page.locator(".ant-notification")).toContainText("version 3");
	await expect(page.getByTestId("version-3")).toContainText("live");
	expect((await api.call("GET", `/api/connectors/${slug}`)).active_version).toBe(3);

	await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size: 9 } });
	await colleague.goto(`/w/acme/connectors/${slug}/history`);
	await colleague.getByRole("button", { name: "Actions for version 1" }).click();
	await colleague.getByRole("menuitem", { name: "Restore into the draft" }).click();
	await expect(colleague.getByText("Replace the draft by version 1?")).toBeVisible();
	await api.call("PATCH", `/api/connectors/${slug}/draft`, { settings: { batch_size: 10 } });
	await colleague.getByRole("dialog").getByRole("button", { name: "Restore into the draft" }).click();
	await expect(colleague.locator(".ant-notification").getByRole("alert")).toBeVisible();
	expect((await api.call("GET", `/api/connectors/${slug}/draft`)).config.settings.batch_size).toBe(10);
});

test("a version that never reached workers says so, and an admin sends it again", async ({ page, api }) => {
	const slug = await publishedConnector(api);
	const { id } = await api.call("GET", `/api/connectors/${slug}`);
	await api.call("GET", `/v1/replica/connector/${id}`);
	// The dispatcher of this stack gives nothing up: the two questions are answered as they would be if it had.
	await page.clock.install();
	let given = true;
	await page.route("**/v1/replica/connector/*", async (route) => {
		const response = await route.fetch();
		await route.fulfill({ response, json: { ...(await response.json()), ...(given ? { inSync: false } : {}) } });
	});
	const eventId = "01a1ff3a-34d4-744d-ba04-f7759c2ed2b8";
	await page.route("**/v1/replica/outbox?*", (route) =>
		route.fulfill({ json: { items: given ? [{ id, eventId, attempts: 12, lastError: "AccessDenied" }] : [], nextCursor: null } }),
	);
	await page.goto(`/w/acme/connectors/${slug}`);
	const state = page.getByTestId("replication");
	await expect(state).toContainText("on its way to workers");
	await page.clock.runFor(31_000);
	await expect(state).toContainText("did not reach workers, given up after 12 attempts: AccessDenied");
	const asked = page.waitForRequest("**/v1/replica/redrive");
	await state.getByRole("button", { name: "Send again" }).click();
	expect((await asked).postDataJSON()).toEqual({ eventIds: [eventId] });
	given = false;
	await page.clock.runFor(2_000);
	await expect(state).toContainText("readable by workers since");
});
