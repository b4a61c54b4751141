import { Alert, Button } from "antd";
import { Component, type ComponentType, lazy, type ReactNode, Suspense, useState } from "react";

/**
 * A part that is large and comes when it is first needed. Where it doesn't come, only this part says so, and can be asked for again:
 * what was typed lives outside of it and stays.
 */
export function lazily<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>, fallback: ReactNode) {
	const begin = () => lazy(() => reachable().then(load)) as never as ComponentType<Props>;
	// A lazy component remembers its failure for ever; another try needs another one.
	let Part = begin();
	return function Lazily(props: Props) {
		const [tries, setTries] = useState(0);
		const again = () => {
			Part = begin();
			setTries(tries + 1);
		};
		return (
			<Boundary key={tries} onAgain={again}>
				<Suspense fallback={fallback}>
					<Part {...props} />
				</Suspense>
			</Boundary>
		);
	};
}

/**
 * Whether the console's files can be had now. A browser keeps a failed import until the page is loaded anew, so that no other try would
 * help: one that can't go well is not begun.
 */
async function reachable(): Promise<void> {
	const answer = await fetch(import.meta.url, { method: "HEAD", cache: "no-store" });
	if (!answer.ok) throw new Error(`The console's files answered ${answer.status}.`);
}

class Boundary extends Component<{ onAgain(): void; children: ReactNode }, { failed: boolean }> {
	override state = { failed: false };

	static getDerivedStateFromError() {
		return { failed: true };
	}

	override render() {
		if (!this.state.failed) return this.props.children;
		return (
			<Alert
				type="error"
				showIcon
				role="alert"
				message="This part of the page could not be shown"
				description="Nothing that you typed is lost. Check the connection and try again; if it stays so, save your work and reload the page."
				action={<Button onClick={this.props.onAgain}>Try again</Button>}
			/>
		);
	}
}
