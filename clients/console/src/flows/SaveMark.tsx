import { CheckOutlined, LoadingOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { Problem } from "../ui/Problem";
import type { SaveState } from "./Autosave";

interface Actions {
	flush(): Promise<unknown>;
	keepMine(): Promise<void>;
	takeTheirs(): void;
}

/** Whether what is drawn is in the draft yet. */
export function SaveMark({ state, autosave }: { state: SaveState; autosave: Actions }) {
	if (state.kind === "failed") {
		return (
			<Problem
				error={state.error}
				kept
				action={
					<Button size="small" onClick={() => autosave.flush()}>
						Save again
					</Button>
				}
			/>
		);
	}
	if (state.kind === "changed") {
		return (
			<Alert
				type="warning"
				showIcon
				role="alert"
				className="banner"
				message={`${state.theirs.updatedBy ?? "Somebody"} changed this draft while you were editing`}
				description="Nothing was overwritten, and what you drew is still here, not saved."
				action={
					<div className="banner-actions">
						<Button onClick={() => autosave.takeTheirs()}>Load theirs</Button>
						<Button danger onClick={() => autosave.keepMine()}>
							Save mine over it
						</Button>
					</div>
				}
			/>
		);
	}
	return (
		<span role="status" className="muted save-mark" data-testid="save-mark">
			{state.kind === "saved" ? (
				<>
					<CheckOutlined aria-hidden /> Saved in the draft
				</>
			) : (
				<>
					<LoadingOutlined aria-hidden /> Saving…
				</>
			)}
		</span>
	);
}
