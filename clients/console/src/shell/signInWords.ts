/** Why the identity provider's answer signed nobody in, by the code that `/auth/callback` leads back with. */
export const REFUSALS = {
	expired: { title: "That sign-in is over", advice: "It was begun too long ago, or in another browser. Begin again." },
	denied: {
		title: "You were not signed in",
		advice: "The identity provider refused, or it was cancelled. Begin again, or ask your administrator.",
	},
	unverified: {
		title: "Your e-mail is not verified",
		advice: "The identity provider does not say that this address is yours. Verify it there, then sign in again.",
	},
	unknown: {
		title: "You are a member of no workspace",
		advice: "Nobody has added this e-mail yet. Ask an owner or admin of a workspace to add you as a member, then sign in again.",
	},
	unreachable: {
		title: "The identity provider gave no usable answer",
		advice: "Try again in a moment. If it stays so, an operator finds the reason in the log of the API.",
	},
} as const;

export type Refusal = keyof typeof REFUSALS;

export interface SignInSearch {
	to?: string;
	error?: Refusal;
}

export function refusalOf(value: unknown): Refusal | undefined {
	return typeof value === "string" && Object.hasOwn(REFUSALS, value) ? (value as Refusal) : undefined;
}

/** What people know a provider by. */
export function hostOf(issuer: string): string {
	return URL.canParse(issuer) ? new URL(issuer).host : issuer;
}
