import { equal, type JsonObject } from "../api/json";
import { ApiProblem } from "../api/problem";
import type { Draft } from "../resources/model";

export type SaveState =
	| { kind: "saved" }
	| { kind: "typing" }
	| { kind: "saving" }
	| { kind: "failed"; error: unknown }
	| { kind: "changed"; theirs: Draft };

interface Options {
	put(document: JsonObject, etag: string): Promise<Draft>;
	newest(): Promise<Draft>;
	onState(state: SaveState): void;
	onSaved(draft: Draft): void;
	delay?: number;
}

/**
 * Saves what is drawn, a moment after the last change, one save at a time. Where somebody else changed the draft meanwhile it stops and
 * says so: nothing is overwritten, and nothing that was drawn is lost, until one of `keepMine` and `takeTheirs` is chosen.
 */
export class Autosave {
	#saved: JsonObject;
	#etag: string;
	#pending: JsonObject | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#running: Promise<boolean> | null = null;
	#theirs: Draft | null = null;

	constructor(
		document: JsonObject,
		etag: string,
		private readonly options: Options,
	) {
		this.#saved = document;
		this.#etag = etag;
	}

	get dirty(): boolean {
		return this.#pending !== null || this.#running !== null;
	}

	/** What the server has, in this form: the editor's spelling of what it was given, or a draft from elsewhere. */
	rebase(document: JsonObject, etag = this.#etag): void {
		this.#saved = document;
		this.#etag = etag;
		this.#theirs = null;
		this.#pending = null;
		clearTimeout(this.#timer);
		this.options.onState({ kind: "saved" });
	}

	change(document: JsonObject): void {
		clearTimeout(this.#timer);
		if (this.#running === null && equal(document, this.#saved)) {
			this.#pending = null;
			if (!this.#theirs) this.options.onState({ kind: "saved" });
			return;
		}
		this.#pending = document;
		if (this.#theirs) return;
		this.options.onState({ kind: "typing" });
		this.#timer = setTimeout(() => void this.flush(), this.options.delay ?? 800);
	}

	/** Saves now what is not saved yet, and waits for it; answers whether all of it is. */
	async flush(): Promise<boolean> {
		clearTimeout(this.#timer);
		while (this.#running) await this.#running;
		let saved = true;
		// What was refused waits until somebody asks for it or draws on.
		while (saved && this.#pending !== null && !this.#theirs) {
			this.#running = this.#save(this.#pending);
			saved = await this.#running;
		}
		return this.#pending === null;
	}

	async keepMine(): Promise<void> {
		if (!this.#theirs) return;
		this.#etag = this.#theirs.etag;
		this.#theirs = null;
		await this.flush();
	}

	/** The draft as somebody else left it; what was drawn here since is dropped. */
	takeTheirs(): Draft | null {
		const theirs = this.#theirs;
		if (theirs) this.rebase(theirs.document, theirs.etag);
		return theirs;
	}

	stop(): void {
		clearTimeout(this.#timer);
	}

	async #save(document: JsonObject): Promise<boolean> {
		this.options.onState({ kind: "saving" });
		try {
			this.#stored(document, await this.options.put(document, this.#etag));
		} catch (error) {
			if (!(await this.#refused(error, document))) return false;
		} finally {
			this.#running = null;
		}
		this.options.onState(this.#pending ? { kind: "typing" } : { kind: "saved" });
		return true;
	}

	#stored(document: JsonObject, draft: Draft): void {
		this.#etag = draft.etag;
		this.#saved = document;
		if (this.#pending === document) this.#pending = null;
		this.options.onSaved(draft);
	}

	/** What a refusal means; true where the document is stored after all, by an earlier try whose answer was lost. */
	async #refused(error: unknown, document: JsonObject): Promise<boolean> {
		if (ApiProblem.of(error).code !== "precondition_failed") {
			this.options.onState({ kind: "failed", error });
			return false;
		}
		try {
			const newest = await this.options.newest();
			if (equal(newest.document, document)) {
				this.#stored(document, newest);
				return true;
			}
			this.#theirs = newest;
			this.options.onState({ kind: "changed", theirs: newest });
		} catch (unread) {
			this.options.onState({ kind: "failed", error: unread });
		}
		return false;
	}
}
