import { Alert } from "antd";
import { ApiProblem } from "../api/problem";

interface Props {
	error: unknown;
	/** What was typed is still there. */
	kept?: boolean;
	/** Who signs in is not signed out: there, a refused token is only that. */
	signingIn?: boolean;
	action?: React.ReactNode;
}

/** A refusal, in the API's own words: what happened, to what, what to do next. */
export function Problem({ error, kept, signingIn, action }: Props) {
	const problem = ApiProblem.of(error);
	const unauthorized = problem.code === "unauthorized";
	const signedOut = unauthorized && !signingIn;
	return (
		<Alert
			type="error"
			showIcon
			role="alert"
			className="problem"
			message={signedOut ? "You are signed out" : unauthorized ? "This does not sign you in" : problem.title}
			description={
				<>
					{signedOut ? "Your session has ended." : problem.detail}
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
