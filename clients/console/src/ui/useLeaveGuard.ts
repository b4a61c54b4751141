import { useBlocker } from "@tanstack/react-router";
import { App } from "antd";
import { useEffect, useRef } from "react";

/** Whoever holds something that isn't saved says here whether one may go. */
const guards = new Set<() => Promise<boolean>>();

/** For leaving that is no navigation: signing out. */
export async function mayLeave(): Promise<boolean> {
	for (const guard of guards) if (!(await guard())) return false;
	return true;
}

interface Guard {
	/** Whether something would be lost now. */
	dirty(): boolean;
	/** Saves it, where it saves by itself; answers whether that went well. */
	settle?(): Promise<boolean>;
	/** Whether going there leaves nothing behind. */
	stays?(from: Page, to: Page): boolean;
	what: string;
	stay: string;
}

interface Page {
	pathname: string;
	search: Record<string, unknown>;
}

/** Asks before something that is not saved is left behind, by a link, by closing the tab or by signing out. */
export function useLeaveGuard(guard: Guard): void {
	const { modal } = App.useApp();
	const latest = useRef(guard);
	latest.current = guard;
	const ask = useRef(async () => true);
	ask.current = async () => {
		const { dirty, settle, what, stay } = latest.current;
		if (!dirty() || (await settle?.())) return true;
		return new Promise<boolean>((decide) => {
			modal.confirm({
				title: "Leave without saving?",
				content: what,
				okText: "Leave",
				okButtonProps: { danger: true },
				cancelText: stay,
				onOk: () => decide(true),
				onCancel: () => decide(false),
			});
		});
	};
	useEffect(() => {
		const asked = () => ask.current();
		guards.add(asked);
		return () => void guards.delete(asked);
	}, []);
	useBlocker({
		enableBeforeUnload: () => latest.current.dirty(),
		shouldBlockFn: async ({ current, next }) => {
			if (latest.current.stays?.(current as Page, next as Page)) return false;
			return !(await ask.current());
		},
	});
}

/** A review, a conflict or the history opens over the page: nothing is left by that. */
export function underOverlays(path: string): string {
	return path.replace(/\/(review|conflict|history)$/, "");
}
