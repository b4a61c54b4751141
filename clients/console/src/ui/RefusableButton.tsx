import { Button, type ButtonProps, Tooltip } from "antd";
import { useId } from "react";

/** A button that says why it does nothing. It keeps its place in the tab order: a disabled one is passed over, and its reason with it. */
export function RefusableButton({ why, onClick, ...rest }: ButtonProps & { why: string | null }) {
	const id = useId();
	if (why === null) return <Button {...rest} onClick={onClick} />;
	return (
		<>
			<Tooltip title={why} trigger={["hover", "focus"]}>
				<Button {...rest} aria-disabled aria-describedby={id} className="refused" onClick={undefined} htmlType="button" />
			</Tooltip>
			<span id={id} hidden>
				{why}
			</span>
		</>
	);
}
