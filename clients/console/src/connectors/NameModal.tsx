import { AutoComplete, Modal } from "antd";
import { useId, useState } from "react";
import { NAME, NAME_HELP } from "./config";

interface Props {
	title: string;
	labels: string[];
	suggestions?: string[][];
	taken(names: string[]): boolean;
	onNamed(names: string[]): void;
	onClose(): void;
}

/** Asks for the names of something new: they can't be changed later. */
export function NameModal({ title, labels, suggestions, taken, onNamed, onClose }: Props) {
	const id = useId();
	const [names, setNames] = useState(labels.map(() => ""));
	const wrong = names.some((name) => name !== "" && !NAME.test(name)) ? NAME_HELP : taken(names) ? "This is there already." : null;
	const ready = wrong === null && names.every((name) => name !== "");
	return (
		<Modal open title={title} okText="Continue" okButtonProps={{ disabled: !ready }} onOk={() => onNamed(names)} onCancel={onClose}>
			<form
				className="stack tight"
				onSubmit={(event) => {
					event.preventDefault();
					if (ready) onNamed(names);
				}}
			>
				{labels.map((label, at) => (
					<div className="field" key={label}>
						<label htmlFor={`${id}-${label}`}>{label}</label>
						<AutoComplete
							id={`${id}-${label}`}
							autoFocus={at === 0}
							value={names[at]}
							options={(suggestions?.[at] ?? []).map((value) => ({ value }))}
							onChange={(name: string) => setNames(names.map((old, other) => (other === at ? name : old)))}
						/>
					</div>
				))}
				<small role="status">{wrong ?? NAME_HELP}</small>
				<button type="submit" hidden disabled={!ready} />
			</form>
		</Modal>
	);
}
