import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, test } from "vitest";
import { isRecent } from "../resources/Banners";
import { slugOf } from "../resources/slug";
import { hostOf, refusalOf } from "../shell/signInWords";
import { publishRefusal } from "../shell/WorkspaceContext";
import { addressOf, findWorkspace } from "../shell/workspaces";
import { ago } from "./Ago";
import { commitUrl, repoUrl } from "./commit";
import { colourOf, Initials, initialsOf } from "./Initials";
import { RunBadge, SourceBadge } from "./SourceBadge";

afterEach(cleanup);

describe("commits", () => {
	test("link to where each host shows them", () => {
		expect(commitUrl("https://github.com/acme/flows", "abc")).toBe("https://github.com/acme/flows/commit/abc");
		expect(commitUrl("https://gitlab.com/acme/flows.git", "abc")).toBe("https://gitlab.com/acme/flows/-/commit/abc");
		expect(commitUrl("https://gitlab.acme.example/group/flows/", "abc")).toBe("https://gitlab.acme.example/group/flows/-/commit/abc");
		expect(commitUrl("https://bitbucket.org/acme/flows", "abc")).toBe("https://bitbucket.org/acme/flows/commits/abc");
		expect(repoUrl("https://bitbucket.org/acme/flows", "release/1")).toBe("https://bitbucket.org/acme/flows/src/release/1");
	});

	test("never link to what is no https address", () => {
		for (const repo of [null, "", "git@github.com:acme/flows", "javascript:alert(1)", "http://github.com/acme/flows"])
			expect(commitUrl(repo, "abc")).toBeNull();
	});
});

describe("people", () => {
	test("have two letters and a colour of their own", () => {
		expect(initialsOf("ada.lovelace@example.com")).toBe("AL");
		expect(initialsOf("owner@example.com")).toBe("OW");
		expect(initialsOf("ci-bot@example.com")).toBe("CB");
		expect(colourOf("A@example.com")).toBe(colourOf("a@example.com"));
	});

	test("are named to screen readers, agents as such", () => {
		render(<Initials email="agent@example.com" agent />);
		expect(screen.getByRole("img", { name: "agent@example.com, an AI agent" })).toBeTruthy();
	});
});

describe("sources", () => {
	test("are said in words", () => {
		for (const [source, words] of [
			["designer-publish", "console publish"],
			["cli-publish", "cli publish"],
			["cli-apply", "cli apply"],
			["designer-draft", "console draft"],
		] as const) {
			render(<SourceBadge source={source} />);
			expect(screen.getByText(words)).toBeTruthy();
		}
	});

	test("of a rollback say from where, and what an agent wrote says so", () => {
		const { container } = render(<SourceBadge source="rollback" surface="cli" />);
		expect(container.textContent).toBe("rollback · cli");
		expect(render(<SourceBadge source="designer-draft" surface="agent" />).container.textContent).toBe("console draft · agent");
	});

	test("of runs are the API's own", () => {
		render(<RunBadge badge="console·draft" />);
		expect(screen.getByText("console·draft")).toBeTruthy();
	});
});

test("the console publishes in DesignerOnly and Hybrid, from editor on", () => {
	expect(publishRefusal({ governanceMode: "Hybrid", role: "editor" })).toBeNull();
	expect(publishRefusal({ governanceMode: "DesignerOnly", role: "owner" })).toBeNull();
	expect(publishRefusal({ governanceMode: "CodeManaged", role: "owner" })).toBe("governance");
	expect(publishRefusal({ governanceMode: "Hybrid", role: "author" })).toBe("role");
	expect(publishRefusal({ governanceMode: "Hybrid", role: null })).toBe("role");
});

test("workspaces are addressed by slug, and by id where two of one person's have the same", () => {
	const of = (id: string, slug: string) => ({ id, slug, name: slug, environmentKind: "Development", governanceMode: "Hybrid" });
	const all = [of("1", "a"), of("2", "b"), of("3", "b")];
	expect(all.map((one) => addressOf(one, all))).toEqual(["a", "2", "3"]);
	expect(findWorkspace("3", all)?.id).toBe("3");
	expect(findWorkspace("a", all)?.id).toBe("1");
	expect(findWorkspace("c", all)).toBeUndefined();
});

test("times are told as how long ago", () => {
	const now = Date.parse("2026-01-02T00:00:00Z");
	expect(ago("2026-01-01T23:59:58Z", now)).toBe("just now");
	expect(ago("2026-01-01T23:48:00Z", now)).toBe("12 min. ago");
	expect(ago("2025-12-31T00:00:00Z", now)).toBe("2 days ago");
});

test("a slug follows from a name", () => {
	expect(slugOf("HubSpot CRM (EU)")).toBe("hubspot-crm-eu");
	expect(slugOf("Créme brûlée")).toBe("creme-brulee");
	expect(slugOf("Größe & Øl")).toBe("grosse-ol");
	expect(slugOf("  ")).toBe("");
});

test("a pull is recent for a week", () => {
	const now = Date.parse("2026-06-08T12:00:00Z");
	expect(isRecent("2026-06-08T11:48:00Z", now)).toBe(true);
	expect(isRecent("2026-06-01T12:00:01Z", now)).toBe(true);
	expect(isRecent("2026-06-01T12:00:00Z", now)).toBe(false);
});

describe("the sign-in page", () => {
	test("says only what it knows of", () => {
		expect(refusalOf("denied")).toBe("denied");
		for (const other of ["toString", "", undefined, 3, "<b>"]) expect(refusalOf(other)).toBeUndefined();
	});

	test("calls a provider by its host", () => {
		expect(hostOf("https://login.example.com/realms/acme")).toBe("login.example.com");
		expect(hostOf("no address")).toBe("no address");
	});
});
