export const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** `HubSpot CRM (EU)` becomes `hubspot-crm-eu`. */
export function slugOf(name: string): string {
	const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
	return plain
		.replace(/[^a-z0-9]+/g, "-")
		.slice(0, 64)
		.replace(/^-+|-+$/g, "");
}
