import type { components } from "./schema.gen";

export type Code = components["schemas"]["Code"] | "unreachable";

/** A refusal of the API (RFC 9457), with the facts beside its code. */
export class ApiProblem extends Error {
	override name = "ApiProblem";

	constructor(
		readonly code: Code,
		readonly status: number,
		readonly title: string,
		readonly detail: string,
		readonly errors: { pointer: string; detail: string }[] = [],
		readonly facts: Record<string, unknown> = {},
	) {
		super(detail);
	}

	static from(body: unknown, status: number): ApiProblem {
		if (typeof body === "object" && body !== null && "code" in body) {
			const problem = body as components["schemas"]["Problem"];
			return new ApiProblem(problem.code, status, problem.title, problem.detail, problem.errors, problem);
		}
		return new ApiProblem("internal", status, "Something went wrong", `The server answered ${status} without saying why. Try again.`);
	}

	/** No answer came. A write may have been done all the same: only its answer may have been lost. */
	static unreachable(cause: unknown, write = false): ApiProblem {
		const problem = new ApiProblem(
			"unreachable",
			0,
			"The server can't be reached",
			write
				? "It is not known whether this was done. Check the connection and try again: that is safe, it is not done twice."
				: "Check the connection and try again.",
		);
		problem.cause = cause;
		return problem;
	}

	/** Any error, as one that can be shown. */
	static of(error: unknown): ApiProblem {
		if (error instanceof ApiProblem) return error;
		return new ApiProblem("internal", 0, "Something went wrong", error instanceof Error ? error.message : String(error));
	}
}
