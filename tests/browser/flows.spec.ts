import { changeFee, COMMIT, env, expect, leaveOutClosers, ownWorkspace, publishedFlow, said, test } from "./support";

const ABROAD = { order: { total: 40, weightKg: 2, country: "JP" } };

test("opening a flow in the designer changes nothing", async ({ page, api, ci }) => {
	const { slug } = await publishedFlow(ci);
	const before = await api.call("GET", `/v1/flows/${slug}/draft`);
	await page.goto(`/w/acme/flows/${slug}`);
	await expect(page.getByText("Edit Table")).toBeVisible();
	await page.getByText("Edit Table").click();
	await expect(page.getByText("21.5", { exact: true })).toBeVisible();
	await page.getByRole("button", { name: "History" }).click();
	await expect(page.getByTestId("history")).toBeVisible();
	await expect(page.getByTestId("save-mark")).toContainText("Saved");
	const after = await api.call("GET", `/v1/flows/${slug}/draft`);
	expect(after.etag).toBe(before.etag);
	expect(after.hasUnpublishedChanges).toBe(false);
});

test("the designer edits a real graph, saves by itself, tests the draft, and publishes what evaluate answers from then on", async ({ page, api, ci }) => {
	const { slug } = await publishedFlow(ci);
	await page.goto(`/w/acme/flows/${slug}`);
	await changeFee(page);
	await expect(page.getByTestId("unpublished")).toContainText("/v1/evaluate still answers with version 1");
	await expect(page.getByTestId("save-mark")).toContainText("Saved in the draft");
	expect((await api.call("POST", `/v1/evaluate/${slug}`, ABROAD)).result.fee).toBe(21.5);

	await page.getByText("Graph", { exact: true }).first().click();
	await page.locator(".grl-dg__aside__side-bar__bottom button").first().click();
	const request = page.getByTestId("designer").locator(".monaco-editor").first();
	await request.click();
	await page.keyboard.press("ControlOrMeta+a");
	await page.keyboard.insertText(JSON.stringify(ABROAD));
	await leaveOutClosers(page);
	const evaluated = page.waitForResponse((response) => response.url().includes("/draft/evaluate") && response.ok());
	await page.getByTestId("designer").getByRole("button", { name: /Run$/ }).click();
	const { result, trace } = await (await evaluated).json();
	expect(result.fee).toBe(21.55);
	expect(Object.keys(trace).length).toBeGreaterThan(0);

	await page.getByTestId("unpublished").getByRole("link", { name: "Review changes" }).click();
	const review = page.getByRole("dialog");
	await expect(review.getByTestId("graph-diff")).toBeVisible();
	await expect(review.getByTestId("changes")).toContainText("Node Carrier and fee");
	await expect(review.getByTestId("changes")).toContainText("21.55");
	await review.getByRole("button", { name: "Publish" }).click();
	await said(page, "Version 2 is published");
	await expect(page.getByTestId("version-label")).toHaveText("Version 2");
	expect((await api.call("POST", `/v1/evaluate/${slug}`, ABROAD)).result.fee).toBe(21.55);
});

test("what is wrong in a graph is said at its node and cell, and blocks publishing", async ({ page, ci }) => {
	const { slug } = await publishedFlow(ci);
	await page.goto(`/w/acme/flows/${slug}`);
	await changeFee(page, " + + (");
	await page.getByTestId("diagnostics").click();
	const list = page.getByRole("tooltip").or(page.locator(".ant-popover"));
	await expect(list.first()).toContainText("Carrier and fee › rule 4 › Fee");
	await page.goto(`/w/acme/flows/${slug}/review`);
	await expect(page.getByRole("dialog").getByRole("button", { name: "Publish" })).toBeDisabled();
});

test("a colleague's change while something is drawn here is not overwritten, and nothing drawn is lost", async ({ page, api, ci }) => {
	const { slug } = await publishedFlow(ci);
	await page.goto(`/w/acme/flows/${slug}`);
	await expect(page.getByText("Edit Table")).toBeVisible();
	const draft = await api.call("GET", `/v1/flows/${slug}/draft`);
	const graph = structuredClone(draft.graph);
	graph.nodes[0].name = "Theirs";
	await api.call("PUT", `/v1/flows/${slug}/draft`, { graph });
	await changeFee(page);
	await expect(page.getByText("changed this draft while you were editing")).toBeVisible();
	await expect(page.getByText("21.55")).toBeVisible();
	expect((await api.call("GET", `/v1/flows/${slug}/draft`)).graph.nodes[0].name).toBe("Theirs");
	await page.getByRole("button", { name: "Load theirs" }).click();
	await expect(page.getByText("21.5", { exact: true })).toBeVisible();
	await page.getByText("Graph", { exact: true }).first().click();
	await expect(page.getByText("Theirs", { exact: true })).toBeVisible();
});

test("the recently pulled banner says who has a checkout of it", async ({ page, ci, request }) => {
	const { slug, id } = await publishedFlow(ci);
	const draft = await ci.call("GET", `/v1/flows/${slug}/versions/1`);
	const answer = await request.post(`${env("FETCHCATCH_URL")}/v1/sync/pulls`, {
		headers: { authorization: `Bearer ${env("FETCHCATCH_TOKEN")}`, "x-fcc-host": "build-7", "x-fcc-git-branch": "main" },
		data: { asOfUtc: new Date().toISOString(), resources: [{ type: "flow", id, digest: draft.digest }] },
	});
	expect(answer.status(), await answer.text()).toBe(200);
	await page.goto(`/w/acme/flows/${slug}`);
	await expect(page.getByTestId("pulled")).toContainText("Last pulled by ci-bot@acme.example just now on build-7");
});

test("a console publish after the last commit shows the diverged from main badge, and the history says who, from where and which commit", async ({ page, api }) => {
	const own = await ownWorkspace(api, { gitRepoUrl: "https://github.com/acme/decisions" });
	const { slug } = await publishedFlow(own.ci);
	await page.goto(`/w/${own.slug}/flows`);
	await expect(page.getByRole("link", { name: slug })).toBeVisible();
	await expect(page.getByTestId("diverged")).toBeHidden();
	await page.goto(`/w/${own.slug}/flows/${slug}`);
	await changeFee(page);
	await page.getByTestId("unpublished").getByRole("link", { name: "Review changes" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
	await said(page, "Version 2 is published");
	await expect(page.getByTestId("diverged")).toHaveText("diverged from main");

	await page.getByRole("button", { name: "History" }).click();
	const panel = page.getByTestId("history");
	const [live, first] = [panel.getByTestId("version-2"), panel.getByTestId("version-1")];
	await expect(live).toContainText("live");
	await expect(live).toContainText("console publish");
	await expect(live.getByRole("img", { name: "owner@acme.example" })).toHaveText("OW");
	await expect(first).toContainText("cli publish");
	await expect(first).not.toContainText("live");
	await expect(first.getByRole("link", { name: /Commit/ })).toHaveAttribute("href", `https://github.com/acme/decisions/commit/${COMMIT}`);
	await expect(first.getByRole("link", { name: /Commit/ })).toContainText(COMMIT.slice(0, 7));
	await panel.getByRole("tab", { name: "All snapshots" }).click();
	await expect(panel).toContainText("Every save and apply");
	await expect(panel.getByRole("tabpanel", { name: "All snapshots" }).getByTestId("version-2")).toBeVisible();
});

test("an older version is restored into the draft, and the canvas follows", async ({ page, api, ci }) => {
	const { slug } = await publishedFlow(ci);
	const { graph } = await api.call("GET", `/v1/flows/${slug}/draft`);
	graph.nodes[0].name = "Renamed";
	await api.call("PUT", `/v1/flows/${slug}/draft`, { graph });
	await api.call("POST", `/v1/flows/${slug}/publish`, { baseVersion: 1 });
	await page.goto(`/w/acme/flows/${slug}/history`);
	await expect(page.getByText("Renamed", { exact: true })).toBeVisible();
	await page.getByRole("button", { name: "Actions for version 1" }).click();
	await page.getByRole("menuitem", { name: "Restore into the draft" }).click();
	await said(page, "Nothing was published");
	await expect(page.getByText("Order", { exact: true })).toBeVisible();
	await expect(page.getByTestId("version-label")).toHaveText("Version 2");
});
