import { Alert } from "antd";
import { ApiProblem } from "../api/problem";

/** A refusal, in the API's own words: what happened, to what, what to do next. */
export function Problem({ error, kept, action }: { error: unknown; kept?: boolean; action?: React.ReactNode }) {
	const problem = ApiProblem.of(error);
	const signedOut = problem.code === "unauthorized";
	return (
		<Alert
			type="error"
			showIcon
			role="alert"
			className="problem"
			message={signedOut ? "You are signed out" : problem.title}
			description={
				<>
					{problem.detail}
					{kept && " What you typed is still here."}
					{signedOut && (
						<>
							{" "}
							<a href="/sign-in" target="_blank" rel="noreferrer">
								Sign in in another tab
							</a>
							, then try again.
						</>
					)}
					{problem.errors.length > 0 && (
						<ul>
							{problem.errors.map((one) => (
								<li key={one.pointer + one.detail}>
									<code>{one.pointer || "/"}</code> {one.detail}
								</li>
							))}
						</ul>
					)}
				</>
			}
			action={action}
		/>
	);
}
