export const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Letters that are no letter with a mark. */
const SPELT: Record<string, string> = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" };

/** `HubSpot CRM (EU)` becomes `hubspot-crm-eu`. */
export function slugOf(name: string): string {
	const unmarked = name.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
	const plain = unmarked.replace(/\p{L}/gu, (letter) => SPELT[letter] ?? letter);
	return plain
		.replace(/[^a-z0-9]+/g, "-")
		.slice(0, 64)
		.replace(/^-+|-+$/g, "");
}
