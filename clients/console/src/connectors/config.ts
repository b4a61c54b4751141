import { equal, isObject, type JsonObject } from "../api/json";
import { ApiProblem } from "../api/problem";
import type { Part } from "../resources/connectors";
import type { Draft } from "../resources/model";

/** A part of a config, or all of it. */
export type Place = Part | { kind: "config" };

export const NAME = /^(?!\.{1,2}$)[A-Za-z0-9_.:-]{1,128}$/;
export const NAME_HELP = "1 to 128 letters, digits and _ . : -";
export const FIELD_TYPES = ["string", "integer", "number", "boolean", "date", "datetime", "object", "array"];
export const ACTIONS = ["upsert", "delete", "ignore"];

export function entitiesOf(config: JsonObject): Record<string, JsonObject> {
	return (isObject(config.entities) ? config.entities : {}) as Record<string, JsonObject>;
}

export interface EventFlow {
	source: string;
	type: string;
	value: JsonObject;
}

/** Event flows by source, each in the order of the config. */
export function eventFlowsOf(config: JsonObject): Map<string, EventFlow[]> {
	const sources = isObject(config.event_flows) ? config.event_flows : {};
	return new Map(
		Object.entries(sources).map(([source, types]) => [
			source,
			Object.entries(isObject(types) ? types : {}).map(([type, value]) => ({ source, type, value: isObject(value) ? value : {} })),
		]),
	);
}

/** What stands at a place, or undefined. */
export function partOf(config: JsonObject, place: Place): JsonObject | undefined {
	if (place.kind === "config") return config;
	if (place.kind === "settings") return isObject(config.settings) ? config.settings : {};
	if (place.kind === "entity") {
		const entities = entitiesOf(config);
		return Object.hasOwn(entities, place.name) ? entities[place.name] : undefined;
	}
	return eventFlowsOf(config)
		.get(place.source)
		?.find((flow) => flow.type === place.type)?.value;
}

/** Somebody else changed the very part that is being edited. */
export class PartChanged extends Error {
	constructor(readonly draft: Draft) {
		super("This was changed meanwhile.");
	}
}

/** What an edit began with. The etag is of that moment: a newer one would let a save overwrite what the editor has never seen. */
export interface Begun {
	value: JsonObject | undefined;
	etag: string;
}

/**
 * Writes a part. Where the draft has moved on since, but not in this part, it is written onto the newer draft; where this part itself was
 * changed, nothing is written and the editor decides, unless it is this very value already: then an earlier try did it, whose answer was lost.
 */
export async function savePart(
	put: (etag: string) => Promise<Draft>,
	newest: () => Promise<Draft>,
	place: Place,
	begun: Begun,
	value: JsonObject,
): Promise<Draft> {
	try {
		return await put(begun.etag);
	} catch (error) {
		if (ApiProblem.of(error).code !== "precondition_failed") throw error;
		const draft = await newest();
		const now = partOf(draft.document, place);
		if (equal(now, value)) return draft;
		if (!equal(now, begun.value)) throw new PartChanged(draft);
		return put(draft.etag);
	}
}
