import createClient, { type Client } from "openapi-fetch";
import { isObject } from "./json";
import { ApiProblem } from "./problem";
import type { components, paths } from "./schema.gen";

export type Api = Client<paths>;
export type Schemas = components["schemas"];

/** A client of the API for one workspace; without one, for calls that need none. */
export function connect(workspace?: string): Api {
	// fetch is looked up at each call, so that tests may put another one in its place.
	const api = createClient<paths>({
		baseUrl: globalThis.location?.origin,
		headers: workspace ? { "X-FCC-Workspace": workspace } : {},
		fetch: (request) => globalThis.fetch(request),
	});
	api.use({
		async onRequest({ request }) {
			if (request.method === "POST") request.headers.set("Idempotency-Key", await keyOf(request));
			return request;
		},
		async onResponse({ request, response }) {
			if (request.method === "POST" && (await isSettled(response))) keys.delete(await identityOf(request));
		},
		onError: ({ request, error }) => ApiProblem.unreachable(error, request.method !== "GET"),
	});
	return api;
}

/**
 * The keys of writes that are not known to be done. Asking the very same again is one intent: under the same key the API does it once, and
 * answers a repeat with what it answered first.
 */
const keys = new Map<string, string>();

/** Bodies, read before they are sent: afterwards they can't be. */
const bodies = new WeakMap<Request, string>();

async function identityOf(request: Request): Promise<string> {
	const body = bodies.get(request) ?? (await request.clone().text());
	bodies.set(request, body);
	return [request.url, request.headers.get("X-FCC-Workspace"), request.headers.get("If-Match"), body].join("\n");
}

async function keyOf(request: Request): Promise<string> {
	const identity = await identityOf(request);
	const key = keys.get(identity) ?? crypto.randomUUID();
	keys.set(identity, key);
	return key;
}

/** Done, or done once and never to be answered again: the next one like it is another intent. */
async function isSettled(response: Response): Promise<boolean> {
	if (response.ok) return true;
	if (response.status !== 409) return false;
	const body: unknown = await response
		.clone()
		.json()
		.catch(() => null);
	return isObject(body) && body.code === "secret_already_shown";
}

interface Answer<T> {
	data?: T;
	error?: unknown;
	response: Response;
}

/** What the API answered; a refusal, and a server that can't be reached, are thrown as an {@link ApiProblem}. */
export async function answer<T>(call: Promise<Answer<T>>): Promise<T> {
	let given: Answer<T>;
	try {
		given = await call;
	} catch (cause) {
		throw ApiProblem.of(cause);
	}
	if (!given.response.ok) throw ApiProblem.from(given.error, given.response.status);
	return given.data as T;
}

/** Every page of a list that is short by nature: members, tokens, workspaces. */
export async function everyPage<T>(
	page: (cursor?: string) => Promise<{ items: T[]; nextCursor?: string | null }>,
): Promise<{ items: T[] }> {
	const items: T[] = [];
	let cursor: string | undefined;
	do {
		const next = await page(cursor);
		items.push(...next.items);
		cursor = next.nextCursor ?? undefined;
	} while (cursor);
	return { items };
}
