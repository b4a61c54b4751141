import { useQuery } from "@tanstack/react-query";
import { answer } from "../api/client";
import { isObject, type JsonObject } from "../api/json";
import { useWorkspace } from "../shell/WorkspaceContext";

export type Kind = "config" | "entity" | "event_flow" | "settings";

/** The JSON Schema of configs, and what it says about a member. */
export function useSchema(): { schema?: JsonObject; help(kind: Kind | "field", member?: string): string | undefined } {
	const { api } = useWorkspace();
	const schema = useQuery({
		queryKey: ["schema", "connector-v3"],
		staleTime: Number.POSITIVE_INFINITY,
		queryFn: () => answer<JsonObject>(api.GET("/api/schemas/{name}", { params: { path: { name: "connector-v3.json" } } }) as never),
	});
	return {
		schema: schema.data,
		help(kind, member) {
			const definitions = schema.data?.$defs;
			const at = kind === "config" || kind === "settings" ? schema.data : isObject(definitions) ? definitions[kind] : undefined;
			const name = kind === "settings" ? "settings" : member;
			const found = name === undefined ? at : isObject(at) && isObject(at.properties) ? at.properties[name] : undefined;
			return isObject(found) && typeof found.description === "string" ? found.description : undefined;
		},
	};
}
