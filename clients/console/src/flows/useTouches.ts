import { useEffect, useMemo } from "react";

/** The editor tells of a stroke after two debounces of 100 ms, one behind the other: a table's, then the graph's. */
const STEP_MS = 100;
const STEPS = 4;

/**
 * Whether anybody has touched what is inside (what the editor does by itself before that is no edit), and whether the editor has told of
 * everything that was done to it. It counts steps, not time: a page that was busy runs the editor's timers before the next step.
 */
export class Touches {
	touched = false;
	#left = 0;
	#timer: ReturnType<typeof setInterval> | undefined;
	#told: (() => void)[] = [];

	/** A stroke may be on its way. */
	get telling(): boolean {
		return this.#left > 0;
	}

	touch(): void {
		this.touched = true;
		this.#left = STEPS;
		this.#timer ??= setInterval(() => this.#step(), STEP_MS);
	}

	/** Waits until the editor has told of the last stroke. */
	async told(): Promise<void> {
		if (this.telling) await new Promise<void>((told) => this.#told.push(told));
	}

	#step(): void {
		if (--this.#left > 0) return;
		clearInterval(this.#timer);
		this.#timer = undefined;
		for (const told of this.#told.splice(0)) told();
	}
}

/** A field may tell of itself when it is left. */
const KINDS = ["pointerdown", "pointerup", "keydown", "input", "focusout", "drop", "paste"] as const;

/** The touches of what lies in a frame, where it can be edited. */
export function useTouches(frame: React.RefObject<HTMLElement>, editable: boolean): Touches {
	const touches = useMemo(() => new Touches(), []);
	useEffect(() => {
		if (!editable) return;
		const touch = (event: Event) => {
			if (isOfTheBrowser(event)) return;
			// Dialogs and menus of the editor lie outside of its frame.
			const target = event.target as Element;
			if (frame.current?.contains(target) || target.closest?.(".grl-dg, .ant-modal, .ant-dropdown, .ant-select-dropdown, .ant-popover"))
				touches.touch();
		};
		for (const kind of KINDS) document.addEventListener(kind, touch, true);
		return () => {
			for (const kind of KINDS) document.removeEventListener(kind, touch, true);
		};
	}, [frame, editable, touches]);
	return touches;
}

/** Keys that change nothing in a page: reloading one must not look like an edit that would be lost. */
function isOfTheBrowser(event: Event): boolean {
	if (!(event instanceof KeyboardEvent)) return false;
	const { key, ctrlKey, metaKey } = event;
	return /^(F\d+|Control|Meta|Alt|Shift)$/.test(key) || ((ctrlKey || metaKey) && /^[rwtnlq]$/i.test(key));
}
