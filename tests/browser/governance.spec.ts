import { changeFee, CONFIG, expect, ownWorkspace, publishedFlow, said, test } from "./support";

test("in CodeManaged the draft can be edited, and Publish is disabled under a banner that points at the repo", async ({ page, api }) => {
	const own = await ownWorkspace(api, { governanceMode: "CodeManaged", gitRepoUrl: "https://gitlab.com/acme/decisions", gitBranch: "main" });
	const { slug } = await publishedFlow(own.ci);
	await page.goto(`/w/${own.slug}/flows/${slug}`);
	const banner = page.getByTestId("code-managed");
	await expect(banner).toContainText("This workspace is set to CodeManaged. Publishing from the console is disabled.");
	await expect(banner.getByRole("link", { name: "Open the repository" })).toHaveAttribute("href", "https://gitlab.com/acme/decisions/-/tree/main");
	await expect(page.getByTestId("governance")).toHaveText("CodeManaged");
	await page.getByText("Edit Table").click();
	await page.getByText("21.5", { exact: true }).click();
	await page.keyboard.press("End");
	await page.keyboard.type("5");
	await expect(page.getByTestId("unpublished")).toBeVisible();
	await expect(page.getByRole("button", { name: "Publish…" })).toBeDisabled();
	await page.getByRole("link", { name: "Review changes" }).click();
	await expect(page.getByRole("dialog").getByRole("button", { name: "Publish" })).toBeDisabled();
	await expect(page.getByRole("dialog")).toContainText("Publishing from the console is disabled");
});

test("an owner changes the mode in the settings, at any time and at once", async ({ page, api }) => {
	const own = await ownWorkspace(api);
	await own.api.call("POST", "/api/connectors", { slug: "crm", name: "CRM", config: CONFIG });
	await page.goto(`/w/${own.slug}/settings/workspaces`);
	await page.getByRole("link", { name: `Settings of ${own.slug}` }).click();
	await page.getByRole("radio", { name: /DesignerOnly/ }).check();
	await page.getByRole("button", { name: "Save" }).click();
	await said(page, "at once");
	await expect(page.getByTestId("governance")).toHaveText("DesignerOnly");
	const refused = await own.ci.call("POST", "/api/connectors/crm/publish", { base_version: 0 }, { status: 400 });
	expect(refused.detail).toContain("This workspace is set to DesignerOnly. Publishing from the CLI is disabled.");

	await page.goto(`/w/${own.slug}/connectors/crm/review`);
	const publish = page.getByRole("dialog").getByRole("button", { name: "Publish" });
	await expect(publish).toBeEnabled();
	// Somebody else locks the console out while the review is open: the API refuses, and says what to do.
	await own.api.call("PATCH", `/v1/workspaces/${own.slug}`, { governanceMode: "CodeManaged" });
	await page.getByLabel("Note (optional)").fill("A note that stays");
	await publish.click();
	await expect(page.getByRole("dialog").getByRole("alert").first()).toContainText("This workspace is set to CodeManaged. Publishing from the console is disabled.");
	await expect(page.getByLabel("Note (optional)")).toHaveValue("A note that stays");

	await own.api.call("PATCH", `/v1/workspaces/${own.slug}`, { governanceMode: "Hybrid" });
	await publish.click();
	await said(page, "Version 1 is published");
});

test("in DesignerOnly the console publishes, and the CLI is refused", async ({ page, api }) => {
	const own = await ownWorkspace(api);
	const { slug } = await publishedFlow(own.ci);
	await own.api.call("PATCH", `/v1/workspaces/${own.slug}`, { governanceMode: "DesignerOnly" });
	await page.goto(`/w/${own.slug}/flows/${slug}`);
	await expect(page.getByTestId("governance")).toHaveText("DesignerOnly");
	await changeFee(page);
	await page.getByTestId("unpublished").getByRole("link", { name: "Review changes" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
	await said(page, "Version 2 is published");
	const refused = await own.ci.call("POST", `/v1/flows/${slug}/publish`, { baseVersion: 2 }, { status: 400 });
	expect(refused.code).toBe("governance_refused");
});

test("Production is unmistakable, and publishing there says so", async ({ page, api }) => {
	const own = await ownWorkspace(api, { environmentKind: "Production" });
	await own.api.call("POST", "/api/connectors", { slug: "crm", name: "CRM", config: CONFIG });
	await page.goto(`/w/${own.slug}/connectors/crm/review`);
	await expect(page.getByTestId("environment").first()).toHaveText("Production");
	await expect(page.getByRole("button", { name: "Publish to Production" })).toBeVisible();
});

test("who may not change the settings sees them, and can't", async ({ colleague }) => {
	await colleague.goto("/w/acme/settings/workspaces");
	await colleague.getByRole("link", { name: "Settings of Acme" }).click();
	await expect(colleague.getByText("Only an owner or admin changes these settings.")).toBeVisible();
	await expect(colleague.getByRole("radio", { name: /CodeManaged/ })).toBeDisabled();
});

test("environment, repository and branch are set where the mode is, and a refused address keeps what was typed", async ({ page, api }) => {
	const own = await ownWorkspace(api);
	await page.goto(`/w/${own.slug}/settings/workspaces`);
	await page.getByRole("link", { name: `Settings of ${own.slug}` }).click();
	await page.getByRole("radio", { name: /Staging/ }).check();
	await page.getByLabel("Branch").fill("release");
	await page.getByLabel("Repository").fill("git@github.com:acme/decisions");
	await page.getByRole("button", { name: "Save" }).click();
	await expect(page.getByRole("alert")).toContainText("/gitRepoUrl");
	await expect(page.getByLabel("Repository")).toHaveValue("git@github.com:acme/decisions");
	await page.getByLabel("Repository").fill("https://github.com/acme/decisions");
	await page.getByRole("button", { name: "Save" }).click();
	await said(page, "at once");
	await expect(page.getByTestId("environment").first()).toHaveText("Staging");
	expect(await api.call("GET", `/v1/workspaces/${own.slug}`)).toMatchObject({
		environmentKind: "Staging",
		gitRepoUrl: "https://github.com/acme/decisions",
		gitBranch: "release",
	});
});
