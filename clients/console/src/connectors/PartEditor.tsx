import { useMutation } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { Alert, App, Button } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { equal, isObject, type JsonObject, pretty } from "../api/json";
import { putPart } from "../resources/connectors";
import { useResource } from "../resources/ResourceContext";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { Chips } from "../ui/Chips";
import { JsonEditor } from "../ui/JsonEditor";
import { Problem } from "../ui/Problem";
import { PartChanged, type Place, partOf, savePart } from "./config";
import { type Kind, useSchema } from "./useSchema";

export interface FormProps {
	value: JsonObject;
	/** `broken` says why this can't be saved as it is. */
	onChange(value: JsonObject, broken?: string): void;
	disabled: boolean;
}

interface Props {
	place: Place;
	kind: Kind;
	/** What a part begins with that the draft does not have yet. */
	template?: JsonObject;
	form?(props: FormProps): ReactNode;
	actions?: ReactNode;
	onSaved?(): void;
	height?: number | string;
}

/** Edits one part of the draft by form or as JSON. What is typed stays until it is saved or dropped by whoever typed it. */
export function PartEditor({ place, kind, template, form, actions, onSaved, height }: Props) {
	const { api, slug, draft, took } = useResource();
	const { api: client, workspace } = useWorkspace();
	const { message } = App.useApp();
	const { schema } = useSchema();
	const stored = partOf(draft.document, place);
	const edit = useEdit(stored, template ?? {});
	const [mode, setMode] = useState<"form" | "json">(form ? "form" : "json");
	const [over, setOver] = useState<PartChanged | null>(null);
	const disabled = !may(workspace.role, "draft");

	const save = useMutation({
		mutationFn: (above?: PartChanged) => {
			const value = edit.value;
			const put = (etag: string) => (place.kind === "config" ? api.putDraft(slug, value, etag) : putPart(client, slug, place, value, etag));
			return above ? put(above.draft.etag) : savePart(put, () => api.draft(slug), place, edit.base, draft.etag);
		},
		onSuccess: (taken) => {
			setOver(null);
			edit.rebase(partOf(taken.document, place));
			took(taken);
			message.success("Saved in the draft");
			onSaved?.();
		},
		onError: (error) => {
			if (error instanceof PartChanged) {
				setOver(error);
				took(error.draft);
			}
		},
	});
	useLeaveGuard(edit.dirty && !disabled);
	return (
		<div className="stack">
			<div className="row wrap-row">
				{form ? (
					<Chips
						label="Edit as"
						value={mode}
						options={[
							{ value: "form", label: "Form", disabled: edit.broken !== undefined && mode === "json" },
							{ value: "json", label: "JSON" },
						]}
						onChange={(next: "form" | "json") => setMode(next)}
					/>
				) : (
					<span />
				)}
				<span className="row">
					{actions}
					<Button
						type="primary"
						disabled={disabled || !edit.dirty || edit.broken !== undefined}
						loading={save.isPending}
						onClick={() => save.mutate(undefined)}
					>
						Save
					</Button>
				</span>
			</div>
			{save.error && !over && <Problem error={save.error} kept />}
			{over && (
				<Alert
					type="warning"
					showIcon
					role="alert"
					message={`${over.draft.updatedBy ?? "Somebody"} changed this while you were editing`}
					description="Nothing was overwritten, and what you typed is still here."
					action={
						<div className="banner-actions">
							<Button
								onClick={() => {
									edit.load(partOf(over.draft.document, place));
									setOver(null);
								}}
							>
								Load theirs
							</Button>
							<Button danger loading={save.isPending} onClick={() => save.mutate(over)}>
								Save mine over it
							</Button>
						</div>
					}
				/>
			)}
			{edit.broken && <Alert type="error" showIcon message={edit.broken} />}
			{mode === "form" && form ? (
				<div key={edit.generation}>{form({ value: edit.value, onChange: edit.change, disabled })}</div>
			) : (
				<JsonEditor
					label={`${kind} as JSON`}
					value={edit.text}
					onChange={edit.type}
					schema={schema}
					definition={kind}
					readOnly={disabled}
					height={height}
				/>
			)}
		</div>
	);
}

/** What is being typed, and what it began as. As long as nothing is typed, it follows what is stored. */
function useEdit(stored: JsonObject | undefined, template: JsonObject) {
	const [base, setBase] = useState(stored);
	const [value, setValue] = useState<JsonObject>(stored ?? template);
	const [text, setText] = useState(() => pretty(stored ?? template));
	const [broken, setBroken] = useState<string>();
	const [generation, setGeneration] = useState(0);
	const dirty = base === undefined || broken !== undefined || !equal(value, base);

	const load = (next: JsonObject | undefined) => {
		setBase(next);
		setValue(next ?? template);
		setText(pretty(next ?? template));
		setBroken(undefined);
		setGeneration((count) => count + 1);
	};
	// biome-ignore lint/correctness/useExhaustiveDependencies: only what is stored sets it off, and typing never does
	useEffect(() => {
		if (!dirty && !equal(stored, base)) load(stored);
	}, [stored]);
	return {
		base,
		value,
		text,
		broken,
		dirty,
		generation,
		load,
		rebase: (saved: JsonObject | undefined) => setBase(saved),
		change(next: JsonObject, why?: string) {
			setValue(next);
			setText(pretty(next));
			setBroken(why);
		},
		type(next: string) {
			setText(next);
			try {
				const parsed: unknown = JSON.parse(next);
				if (!isObject(parsed)) return setBroken("An object is needed here: { … }");
				setValue(parsed);
				setBroken(undefined);
			} catch (error) {
				setBroken(`This is not JSON yet: ${error instanceof Error ? error.message : error}`);
			}
		},
	};
}

/** Asks before what was typed is left behind; opening a review or the history over it leaves nothing behind. */
function useLeaveGuard(dirty: boolean): void {
	const { modal } = App.useApp();
	useBlocker({
		disabled: !dirty,
		enableBeforeUnload: dirty,
		shouldBlockFn: ({ current, next }) => {
			const [from, to] = [current.search as Record<string, unknown>, next.search as Record<string, unknown>];
			const stays =
				base(current.pathname) === base(next.pathname) && from.open === to.open && (from.tab ?? "entities") === (to.tab ?? "entities");
			if (stays) return false;
			return new Promise<boolean>((decide) => {
				modal.confirm({
					title: "Leave without saving?",
					content: "What you typed here is not in the draft yet.",
					okText: "Leave",
					okButtonProps: { danger: true },
					cancelText: "Keep typing",
					onOk: () => decide(false),
					onCancel: () => decide(true),
				});
			});
		},
	});
}

function base(path: string): string {
	return path.replace(/\/(review|conflict|history)$/, "");
}
