/** Where a commit is shown: `/commit/` on GitHub, `/-/commit/` on GitLab, `/commits/` on Bitbucket. */
export function commitUrl(repo: string | null | undefined, commit: string): string | null {
	const base = webAddress(repo);
	if (!base) return null;
	const host = base.hostname;
	const path = is(host, "gitlab") ? "-/commit" : is(host, "bitbucket") ? "commits" : "commit";
	return `${href(base)}/${path}/${commit}`;
}

/** The repo's page, with the branch where it is known. */
export function repoUrl(repo: string | null | undefined, branch?: string | null): string | null {
	const base = webAddress(repo);
	if (!base) return null;
	if (!branch) return href(base);
	const name = branch.split("/").map(encodeURIComponent).join("/");
	const path = is(base.hostname, "gitlab") ? "-/tree" : is(base.hostname, "bitbucket") ? "src" : "tree";
	return `${href(base)}/${path}/${name}`;
}

/** gitlab.com, and a company's own gitlab.example.com. */
function is(host: string, name: string): boolean {
	return host === `${name}.com` || host === `${name}.org` || host.startsWith(`${name}.`) || host.endsWith(`.${name}.com`);
}

function webAddress(repo: string | null | undefined): URL | null {
	if (!repo) return null;
	try {
		const url = new URL(repo);
		return url.protocol === "https:" ? url : null;
	} catch {
		return null;
	}
}

function href(url: URL): string {
	return `${url.origin}${url.pathname.replace(/\/+$/, "").replace(/\.git$/, "")}`;
}
