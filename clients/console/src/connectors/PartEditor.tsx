import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { equal, isObject, type JsonObject, pretty } from "../api/json";
import { putPart } from "../resources/connectors";
import { useResource } from "../resources/ResourceContext";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { Chips } from "../ui/Chips";
import { JsonEditor } from "../ui/JsonEditor";
import { Problem } from "../ui/Problem";
import { underOverlays, useLeaveGuard } from "../ui/useLeaveGuard";
import { type Begun, PartChanged, type Place, partOf, savePart } from "./config";
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
	const { api, slug, draft, took, setUnsaved } = useResource();
	const { api: client, workspace } = useWorkspace();
	const { message } = App.useApp();
	const { schema } = useSchema();
	const stored = partOf(draft.document, place);
	const edit = useEdit(stored, draft.etag, template ?? {});
	const [mode, setMode] = useState<"form" | "json">(form ? "form" : "json");
	const [over, setOver] = useState<PartChanged | null>(null);
	const disabled = !may(workspace.role, "draft");

	const save = useMutation({
		mutationFn: (above?: PartChanged) => {
			const value = edit.value;
			const put = (etag: string) => (place.kind === "config" ? api.putDraft(slug, value, etag) : putPart(client, slug, place, value, etag));
			const begun = above ? { value: partOf(above.draft.document, place), etag: above.draft.etag } : edit.begun;
			return savePart(put, () => api.draft(slug), place, begun, value);
		},
		onSuccess: (taken) => {
			setOver(null);
			edit.rebase(partOf(taken.document, place), taken.etag);
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
	const unsaved = edit.dirty && !disabled;
	useEffect(() => {
		setUnsaved(unsaved ? "typed" : null);
		return () => setUnsaved(null);
	}, [unsaved, setUnsaved]);
	useLeaveGuard({
		dirty: () => unsaved,
		stays: (from, to) =>
			underOverlays(from.pathname) === underOverlays(to.pathname) &&
			from.search.open === to.search.open &&
			(from.search.tab ?? "entities") === (to.search.tab ?? "entities"),
		what: "What you typed here is not in the draft yet.",
		stay: "Keep typing",
	});
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
			{save.error && !(save.error instanceof PartChanged) && <Problem error={save.error} kept />}
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
									edit.load(partOf(over.draft.document, place), over.draft.etag);
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
function useEdit(stored: JsonObject | undefined, etag: string, template: JsonObject) {
	const [begun, setBegun] = useState<Begun>({ value: stored, etag });
	const [value, setValue] = useState<JsonObject>(stored ?? template);
	const [text, setText] = useState(() => pretty(stored ?? template));
	const [broken, setBroken] = useState<string>();
	const [generation, setGeneration] = useState(0);
	const dirty = begun.value === undefined || broken !== undefined || !equal(value, begun.value);

	const load = (next: JsonObject | undefined, at: string) => {
		setBegun({ value: next, etag: at });
		setValue(next ?? template);
		setText(pretty(next ?? template));
		setBroken(undefined);
		setGeneration((count) => count + 1);
	};
	// biome-ignore lint/correctness/useExhaustiveDependencies: only what is stored sets it off, and typing never does
	useEffect(() => {
		if (!dirty && !equal(stored, begun.value)) load(stored, etag);
	}, [stored]);
	return {
		begun,
		value,
		text,
		broken,
		dirty,
		generation,
		load,
		rebase: (saved: JsonObject | undefined, at: string) => setBegun({ value: saved, etag: at }),
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
