import { COMMIT, expect, ownWorkspace, publishedFlow, test } from "./support";

const INPUT = { order: { total: 40, weightKg: 2, country: "JP" } };

test("runs show version, source badge, commit and status, and the Source chips filter them", async ({ page, api }) => {
	const own = await ownWorkspace(api, { gitRepoUrl: "https://bitbucket.org/acme/decisions" });
	const { slug } = await publishedFlow(own.ci);
	await own.api.call("POST", `/v1/evaluate/${slug}`, INPUT);
	const { graph } = await own.api.call("GET", `/v1/flows/${slug}/draft`);
	graph.nodes[0].name = "Renamed";
	await own.api.call("PUT", `/v1/flows/${slug}/draft`, { graph });
	await own.api.call("POST", `/v1/flows/${slug}/draft/evaluate`, INPUT);
	await own.api.call("POST", `/v1/flows/${slug}/publish`, { baseVersion: 1 });
	await own.api.call("POST", `/v1/evaluate/${slug}?trace=true`, INPUT);
	await page.goto(`/w/${own.slug}/runs`);
	const rows = page.locator("tbody tr.ant-table-row");
	await expect(rows).toHaveCount(3);
	await expect(rows.nth(0)).toContainText("console");
	await expect(rows.nth(1)).toContainText("console·draft");
	const cli = rows.nth(2);
	await expect(cli).toContainText("cli");
	await expect(cli).toContainText("succeeded");
	await expect(cli.getByRole("link", { name: /Commit/ })).toHaveAttribute("href", `https://bitbucket.org/acme/decisions/commits/${COMMIT}`);
	await expect(page.getByRole("img", { name: /Runs: 3 succeeded, 0 failed/ })).toBeVisible();

	await page.getByTestId("source-filter").getByRole("radio", { name: "cli" }).check();
	await expect(page).toHaveURL(/source=cli/);
	await expect(rows).toHaveCount(1);
	await expect(rows.nth(0)).toContainText(COMMIT.slice(0, 7));
	await page.getByTestId("source-filter").getByRole("radio", { name: "console" }).check();
	await expect(rows).toHaveCount(2);
	await page.reload();
	await expect(rows).toHaveCount(2);
	await page.getByRole("radio", { name: "Failed" }).check();
	await expect(page.getByText("No run fits these filters in this range.")).toBeVisible();
	await page.getByRole("radio", { name: "Any status" }).check();

	await rows.nth(0).getByRole("link").first().click();
	await expect(page.getByRole("heading", { name: slug })).toBeVisible();
	await expect(page.getByText('"country": "JP"').first()).toBeVisible();
	await expect(page.getByText('"fee": 21.5').first()).toBeVisible();
	await expect(page.getByTestId("run-graph").getByText("Edit Table")).toBeVisible();
	await expect(page.getByRole("region", { name: "Trace, node by node" })).toContainText("Carrier and fee");
});

test("a run of what the CLI applied and nobody published is marked cli·draft, and appears by itself", async ({ page, api }) => {
	const own = await ownWorkspace(api);
	const { slug } = await publishedFlow(own.ci);
	await page.goto(`/w/${own.slug}/runs`);
	await expect(page.getByText("No runs in this range.")).toBeVisible();
	const { graph } = await own.ci.call("GET", `/v1/flows/${slug}/draft`);
	graph.nodes[0].name = "Applied";
	await own.ci.call("PUT", `/v1/flows/${slug}/draft`, { graph });
	await own.api.call("POST", `/v1/flows/${slug}/draft/evaluate`, INPUT);
	const row = page.locator("tbody tr.ant-table-row");
	await expect(row).toHaveCount(1, { timeout: 30_000 });
	await expect(row).toContainText("cli·draft");
	await page.getByTestId("source-filter").getByRole("radio", { name: "cli" }).check();
	await expect(row).toHaveCount(1);
});

test("the flow filter finds a flow that the first page of them does not hold", async ({ page, api }) => {
	const own = await ownWorkspace(api);
	const { slug } = await publishedFlow(own.ci);
	await own.api.call("POST", `/v1/evaluate/${slug}`, INPUT);
	for (let at = 0; at < 51; at++) await own.api.call("POST", "/v1/flows", { slug: `filler-${at}`, name: `Filler ${at}` });
	await page.goto(`/w/${own.slug}/runs`);
	await page.getByRole("combobox", { name: "Flow" }).fill(slug);
	await page.locator(".ant-select-dropdown:visible").getByTitle(slug, { exact: true }).click();
	await expect(page).toHaveURL(new RegExp(`flow=${slug}`));
	await expect(page.locator("tbody tr.ant-table-row")).toHaveCount(1);
});

test("while the runs can't be read, nobody is told that there are none", async ({ page }) => {
	await page.route("**/v1/runs?**", (route) => route.fulfill({ status: 500, json: {} }));
	await page.route("**/v1/flows?**", (route) => route.fulfill({ status: 500, json: {} }));
	await page.goto("/w/acme/runs");
	await expect(page.getByRole("alert").first()).toContainText("Something went wrong");
	await expect(page.getByText(/No runs? /)).toHaveCount(0);
	await page.goto("/w/acme/flows");
	await expect(page.getByRole("alert")).toContainText("Something went wrong");
	await expect(page.getByText("There are no flows yet.")).toHaveCount(0);
});

test("a draft's run shows the graph that ran, although the draft was edited since", async ({ page, api }) => {
	const own = await ownWorkspace(api);
	const { slug } = await publishedFlow(own.ci);
	const { graph } = await own.api.call("GET", `/v1/flows/${slug}/draft`);
	const [input] = graph.nodes;
	input.name = "As it ran";
	await own.api.call("PUT", `/v1/flows/${slug}/draft`, { graph });
	const { runId } = await own.api.call("POST", `/v1/flows/${slug}/draft/evaluate?trace=true`, INPUT);
	input.name = "As it is now";
	await own.api.call("PUT", `/v1/flows/${slug}/draft`, { graph });
	await page.goto(`/w/${own.slug}/runs/${runId}`);
	await expect(page.getByTestId("run-graph").getByText("As it ran")).toBeVisible();
	await expect(page.getByText("As it is now")).toHaveCount(0);
});
