import { join } from "node:path";
import type { Page } from "@playwright/test";
import { type Api, COMMIT, env, expect, said, test } from "./support";

/** One picture for docs/images. Whose account it was taken with is nobody's business. */
async function picture(page: Page, name: string): Promise<void> {
	await page.addStyleTag({ content: ".account { visibility: hidden } .ant-message { display: none }" });
	await page.mouse.move(0, 0);
	await page.waitForLoadState("networkidle");
	await page.screenshot({ path: join(import.meta.dirname, "../../docs/images", `${name}.png`), animations: "disabled" });
}

test("the pictures of the documentation", async ({ page, api, ci }) => {
	await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
	await page.setViewportSize({ width: 1280, height: 800 });
	await api.call("PATCH", `/v1/workspaces/${env("FETCHCATCH_WORKSPACE")}`, { gitRepoUrl: "https://github.com/acme/decisions", gitBranch: "main" });
	await connector(page, api);
	await flow(page, api, ci);
});

async function connector(page: Page, api: Api): Promise<void> {
	const at = "/w/acme/connectors/hubspot-crm";
	await api.call("PATCH", "/api/connectors/hubspot-crm/draft", {
		entities: { contact: { fields: { phone: { type: "string", description: "As the person wrote it." } } } },
		settings: { rate_limit: { requests: 150 } },
	});
	await page.goto(at);
	await expect(page.getByTestId("unpublished")).toBeVisible();
	await picture(page, "unpublished-changes-banner");
	await page.goto(`${at}/review`);
	await expect(page.getByTestId("changes")).toBeVisible();
	await picture(page, "review-changes-modal");
	await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
	await said(page, "Version 2 is published");
	await expect(page.getByTestId("replication")).toContainText("readable by workers");
	await picture(page, "published-state");

	await api.call("PATCH", "/api/connectors/hubspot-crm/draft", { settings: { rate_limit: { requests: 120 } } });
	await api.call("POST", "/api/connectors/hubspot-crm/rollback", { version: 1, base_version: 2 });
	await page.goto(`${at}/conflict`);
	await expect(page.getByRole("dialog")).toContainText("Version 3 was published");
	await picture(page, "draft-conflict-modal");
}

async function flow(page: Page, api: Api, ci: Api): Promise<void> {
	const { graph } = await ci.call("GET", "/v1/flows/shipping-fee/draft");
	graph.nodes[1].content.rules[3].fee = "19.5";
	await ci.call("PUT", "/v1/flows/shipping-fee/draft", { graph });
	await ci.call("POST", "/v1/flows/shipping-fee/publish", { baseVersion: 1, note: "Cheaper air freight" }, { commit: COMMIT });
	await evaluate(api, "/v1/evaluate/shipping-fee", 36);
	graph.nodes[1].content.rules[2].fee = "5.9";
	await api.call("PUT", "/v1/flows/shipping-fee/draft", { graph });
	await evaluate(api, "/v1/flows/shipping-fee/draft/evaluate", 2);
	await api.call("POST", "/v1/flows/shipping-fee/publish", { baseVersion: 2, note: "Post raised its prices" });
	await evaluate(api, "/v1/evaluate/shipping-fee", 3);
	await page.goto("/w/acme/flows/shipping-fee");
	await expect(page.getByText("Edit Table")).toBeVisible();
	await picture(page, "flow-designer");
	await page.goto("/w/acme/flows/shipping-fee/history");
	await expect(page.getByTestId("version-3")).toContainText("live");
	await picture(page, "flow-history-panel");
	await page.goto("/w/acme/runs?range=1h");
	await expect(page.locator("tbody tr.ant-table-row").first()).toBeVisible();
	await picture(page, "runs");
}

/** Orders of all kinds, one after the other. */
async function evaluate(api: Api, path: string, orders: number): Promise<void> {
	for (let order = 0; order < orders; order += 1) {
		const input = { order: { total: order * 7, weightKg: order % 9, country: ["DE", "AT", "JP", "US"][order % 4] } };
		await api.call("POST", `${path}?trace=true`, input);
	}
}
