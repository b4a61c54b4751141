import { useId } from "react";
import "./chips.css";

interface Props<T extends string> {
	label: string;
	/** The label stands before the chips; otherwise only screen readers tell it. */
	shown?: boolean;
	value: T;
	options: { value: T; label: string; disabled?: boolean }[];
	disabled?: boolean;
	onChange(value: T): void;
	testId?: string;
}

/** One of a few, as radio buttons that look like chips: arrow keys work as they do everywhere. */
export function Chips<T extends string>({ label, shown, value, options, disabled, onChange, testId }: Props<T>) {
	const id = useId();
	return (
		<div className="chips-row" role="radiogroup" aria-label={label} data-testid={testId}>
			{shown && (
				<span aria-hidden className="muted">
					{label}:
				</span>
			)}
			<span className="chips">
				{options.map((option) => (
					<label key={option.value}>
						<input
							type="radio"
							name={id}
							checked={value === option.value}
							disabled={disabled || option.disabled}
							onChange={() => onChange(option.value)}
						/>
						<span>{option.label}</span>
					</label>
				))}
			</span>
		</div>
	);
}
