import createClient, { type Client } from "openapi-fetch";
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
		onRequest({ request }) {
			if (request.method === "POST") request.headers.set("Idempotency-Key", crypto.randomUUID());
			return request;
		},
	});
	return api;
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
		throw ApiProblem.unreachable(cause);
	}
	if (!given.response.ok) throw ApiProblem.from(given.error, given.response.status);
	return given.data as T;
}
