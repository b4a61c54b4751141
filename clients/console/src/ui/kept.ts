import { useState } from "react";

const PREFIX = "fetchcatch.kept.";

/** Text that outlives a dialog and a reload, in this tab and until one signs out. */
export function useKept(key: string): [text: string, set: (text: string) => void] {
	const [text, setText] = useState(() => kept(key));
	return [
		text,
		(next) => {
			keep(key, next);
			setText(next);
		},
	];
}

export function kept(key: string): string {
	return sessionStorage.getItem(PREFIX + key) ?? "";
}

export function keep(key: string, text: string): void {
	if (text) sessionStorage.setItem(PREFIX + key, text);
	else sessionStorage.removeItem(PREFIX + key);
}

/** The next one to sign in here may be somebody else. */
export function forgetKept(): void {
	for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}
