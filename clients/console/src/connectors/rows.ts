import { useState } from "react";
import type { Json, JsonObject } from "../api/json";
import { NAME, NAME_HELP } from "./config";

export interface Row {
	/** Stays while the name is typed. */
	key: number;
	name: string;
	value: Json;
	/** What stands there is no JSON yet; the value is what it was before. */
	unreadable?: boolean;
}

/** An object's members as rows, so that a name can be typed that is not one yet, or that another row has. */
export function useRows(initial: JsonObject, onChange: (members: JsonObject, broken?: string) => void, names: RegExp | null = NAME) {
	const [rows, setRows] = useState<Row[]>(() => Object.entries(initial).map(([name, value], key) => ({ key, name, value })));
	const [next, setNext] = useState(rows.length);
	const commit = (changed: Row[]) => {
		setRows(changed);
		onChange(Object.fromEntries(changed.map((row) => [row.name, row.value])), fault(changed, names));
	};
	return {
		rows,
		set: (key: number, change: Partial<Omit<Row, "key">>) => commit(rows.map((row) => (row.key === key ? { ...row, ...change } : row))),
		remove: (key: number) => commit(rows.filter((row) => row.key !== key)),
		add(value: Json, name = "") {
			commit([...rows, { key: next, name, value }]);
			setNext(next + 1);
		},
		/** Why a row's name can't stay. */
		wrong: (row: Row) =>
			rows.some((other) => other.key !== row.key && other.name === row.name) || (names !== null && !names.test(row.name)),
	};
}

export function fault(rows: Pick<Row, "name" | "unreadable">[], names: RegExp | null): string | undefined {
	const seen = new Set<string>();
	for (const { name, unreadable } of rows) {
		if (name === "") return "A row has no name yet.";
		if (seen.has(name)) return `The name ${name} is there twice.`;
		if (names && !names.test(name)) return `${name} can't be a name: ${NAME_HELP}.`;
		if (unreadable) return `The value of ${name} is not JSON yet.`;
		seen.add(name);
	}
	return undefined;
}
