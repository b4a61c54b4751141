import { Link } from "@tanstack/react-router";

export function NotFound() {
	return (
		<div className="nothing">
			<h1>There is nothing here</h1>
			<p>The address may be mistyped, or what it named was deleted.</p>
			<Link to="/">Go to the start page</Link>
		</div>
	);
}
