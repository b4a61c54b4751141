import type { Snapshot } from "./model";

export interface Fold {
	newest: Snapshot;
	/** Autosaves of the same person just before it, which say little one by one. */
	earlier: Snapshot[];
}

/** Neighbouring autosaves of one person become one row; whatever was published, restored or noted keeps its own. */
export function fold(snapshots: Snapshot[]): Fold[] {
	const folds: Fold[] = [];
	for (const snapshot of snapshots) {
		const last = folds.at(-1);
		if (
			last &&
			isAutosave(snapshot) &&
			isAutosave(last.newest) &&
			snapshot.email === last.newest.email &&
			snapshot.surface === last.newest.surface
		) {
			last.earlier.push(snapshot);
		} else folds.push({ newest: snapshot, earlier: [] });
	}
	return folds;
}

function isAutosave(snapshot: Snapshot): boolean {
	return snapshot.source === "designer-draft" && !snapshot.version && !snapshot.note && !snapshot.restoredFrom;
}
