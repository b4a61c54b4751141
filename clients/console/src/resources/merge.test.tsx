import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { ApiProblem } from "../api/problem";
import { ChangeList } from "./ChangeList";
import { ConflictPicks, previewMerge } from "./MergePicker";
import type { Draft, ResourceApi } from "./model";

afterEach(cleanup);
const CONFLICT = { path: "/settings/base_url", base: "b", draft: "mine", active: "theirs" };

test("each conflict shows both sides, and a pick says which path and which side", () => {
	const onPick = vi.fn();
	render(<ConflictPicks conflicts={[CONFLICT]} picked={{}} active={7} onPick={onPick} />);
	expect(screen.getByRole("group", { name: "Settings › base_url" }).textContent).toContain("mine");
	expect(screen.getByRole<HTMLInputElement>("radio", { name: /Yours/ }).checked).toBe(false);
	fireEvent.click(screen.getByRole("radio", { name: /Version 7/ }));
	expect(onPick).toHaveBeenCalledWith("/settings/base_url", "active");
});

test("a conflict in a drawn graph names the node, the rule and the column", () => {
	const columns = { inputs: [], outputs: [{ id: "c1", name: "Fee" }], rules: [{ _id: "r1", c1: "1" }] };
	const document = { nodes: [{ id: "n1", name: "Fees", content: columns }] };
	const conflict = { path: "/nodes/@n1/content/rules/@r1/c1", base: "1", draft: "2", active: "3" };
	render(<ConflictPicks conflicts={[conflict]} picked={{}} active={7} documents={[document]} onPick={() => {}} />);
	expect(screen.getByRole("group", { name: "Node Fees › rule 1 › Fee" })).toBeTruthy();
});

test("a side that has nothing there says so", () => {
	render(
		<ConflictPicks
			conflicts={[{ path: "/settings/x", base: 1, draft: 2 }]}
			picked={{ "/settings/x": "active" }}
			active={2}
			onPick={() => {}}
		/>,
	);
	expect(screen.getByText("(nothing)")).toBeTruthy();
	expect(screen.getByRole<HTMLInputElement>("radio", { name: /Version 2/ }).checked).toBe(true);
});

test("the preview is the server's dry run: the merged draft, or what is still open", async () => {
	const merged = { document: {} } as Draft;
	const merge = vi.fn().mockResolvedValueOnce(merged);
	const api = { merge } as unknown as ResourceApi;
	expect(await previewMerge(api, "crm", { "/a": "draft" }, "e1")).toEqual({ merged });
	expect(merge).toHaveBeenCalledWith("crm", { "/a": "draft" }, true, "e1");
	merge.mockRejectedValueOnce(new ApiProblem("merge_conflict", 409, "Conflict", "", [], { conflicts: [CONFLICT] }));
	expect(await previewMerge(api, "crm", {}, "e1")).toEqual({ open: [CONFLICT] });
	merge.mockRejectedValueOnce(new ApiProblem("precondition_failed", 412, "Changed", ""));
	await expect(previewMerge(api, "crm", {}, "e1")).rejects.toThrow(ApiProblem);
});

test("the diff shows before and after, and values that are too large by their size", () => {
	const changes = [
		{ path: "/settings/a", op: "changed" as const, before: 1, after: 2 },
		{ path: "/settings/b", op: "added" as const, after: { digest: "abcdef0123456789", bytes: 20_480 } },
	];
	render(<ChangeList changes={changes} />);
	expect(screen.getByText("Before")).toBeTruthy();
	expect(screen.getAllByText("After")).toHaveLength(2);
	expect(screen.getByText("20 KB, sha256 abcdef012345…")).toBeTruthy();
});

test("no changes say so in the words of where they are shown", () => {
	render(<ChangeList changes={[]} empty="The draft is what is published." />);
	expect(screen.getByText("The draft is what is published.")).toBeTruthy();
});
