import { afterEach, expect, test, vi } from "vitest";
import { answer, connect, everyPage } from "./client";

afterEach(() => void vi.unstubAllGlobals());

/** A server that answers one after the other; what it was asked is kept. */
function serve(...answers: (Response | Error)[]) {
	const keys: (string | null)[] = [];
	vi.stubGlobal("fetch", async (request: Request) => {
		keys.push(request.headers.get("Idempotency-Key"));
		const next = answers.shift() ?? new Error("nothing is left to answer");
		if (next instanceof Error) throw next;
		return next;
	});
	return keys;
}

const ok = () => Response.json({ version: 2 });
const refused = (status: number, code: string) => Response.json({ code, title: "", detail: "", errors: [] }, { status });
const publish = (note: string) =>
	answer(connect("acme").POST("/v1/flows/{id}/publish", { params: { path: { id: "fees" } }, body: { baseVersion: 1, note } }));

test("a write whose answer was lost is repeated under the same key, so that it is done once", async () => {
	const keys = serve(new TypeError("cut"), refused(503, "unavailable"), refused(409, "in_progress"), ok(), ok());
	for (let tries = 0; tries < 3; tries++) await expect(publish("a")).rejects.toThrow();
	await publish("a");
	await publish("a");
	expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
	expect(new Set(keys.slice(0, 4)).size).toBe(1);
	expect(keys[4]).not.toBe(keys[0]);
});

test("another write has another key", async () => {
	const keys = serve(new TypeError("cut"), ok());
	await expect(publish("b")).rejects.toThrow();
	await publish("c");
	expect(keys[1]).not.toBe(keys[0]);
});

test("nobody is told that nothing was changed where only the answer was lost", async () => {
	serve(new TypeError("cut"), new TypeError("cut"));
	await expect(publish("d")).rejects.toMatchObject({ code: "unreachable", detail: expect.stringContaining("not known whether") });
	const read = answer(connect("acme").GET("/v1/flows/{id}", { params: { path: { id: "fees" } } }));
	await expect(read).rejects.toMatchObject({ code: "unreachable", detail: "Check the connection and try again." });
});

test("a token whose secret was lost with the answer can be made anew", async () => {
	const keys = serve(new TypeError("cut"), refused(409, "secret_already_shown"), ok());
	const mint = () => answer(connect("acme").POST("/v1/tokens", { body: { kind: "personal", name: "laptop" } }));
	await expect(mint()).rejects.toThrow();
	await expect(mint()).rejects.toMatchObject({ code: "secret_already_shown" });
	await mint();
	expect(keys[1]).toBe(keys[0]);
	expect(keys[2]).not.toBe(keys[0]);
});

test("a list goes on after its first page", async () => {
	const pages: Record<string, { items: number[]; nextCursor?: string }> = { first: { items: [1, 2], nextCursor: "c" }, c: { items: [3] } };
	expect(await everyPage(async (cursor = "first") => pages[cursor] ?? { items: [] })).toEqual({ items: [1, 2, 3] });
});
