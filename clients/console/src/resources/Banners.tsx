import { Link } from "@tanstack/react-router";
import { Alert, Button } from "antd";
import { may, publishRefusal, useWorkspace } from "../shell/WorkspaceContext";
import { Ago } from "../ui/Ago";
import { repoUrl } from "../ui/commit";
import { WORDS } from "./model";
import { useResource } from "./ResourceContext";

/** What one has to know before editing on: where this can be published, who published meanwhile, what is not published yet. */
export function Banners() {
	return (
		<>
			<GovernanceBanner />
			<PulledBanner />
			<UnpublishedBanner />
		</>
	);
}

function GovernanceBanner() {
	const { workspace } = useWorkspace();
	if (publishRefusal(workspace) !== "governance") return null;
	const url = repoUrl(workspace.gitRepoUrl, workspace.gitBranch);
	return (
		<Alert
			type="info"
			showIcon
			className="banner"
			data-testid="code-managed"
			message="This workspace is set to CodeManaged. Publishing from the console is disabled."
			description={
				<>
					Drafts can be edited here; new versions come from git, through <code>fcc publish</code>.{" "}
					{url ? (
						<a href={url} target="_blank" rel="noreferrer">
							Open the repository
						</a>
					) : (
						"No repository is set for this workspace yet."
					)}
				</>
			}
		/>
	);
}

/** Who pulled this longer ago will pull again before they go on. */
const RECENTLY = 7 * 86_400_000;

export function isRecent(at: string, now: number): boolean {
	return now - Date.parse(at) < RECENTLY;
}

function PulledBanner() {
	const { resource } = useResource();
	const pulled = resource.lastPulled;
	if (!pulled || !isRecent(pulled.atUtc, Date.now())) return null;
	return (
		<Alert
			type="info"
			showIcon
			className="banner"
			data-testid="pulled"
			message={
				<>
					Last pulled by <strong>{pulled.by ?? "somebody"}</strong> <Ago at={pulled.atUtc} />
					{pulled.host && ` on ${pulled.host}`}
					{pulled.branch && ` (${pulled.branch})`}. What is edited here since then isn't in their checkout.
				</>
			}
		/>
	);
}

function UnpublishedBanner() {
	const { type, slug, draft, resource } = useResource();
	const { at, workspace } = useWorkspace();
	if (!draft.hasUnpublishedChanges) return null;
	const to = { workspace: at, slug };
	const path = `/w/$workspace/${WORDS[type].path}/$slug` as const;
	const stale = draft.baseVersion !== draft.activeVersion;
	return (
		<Alert
			type="warning"
			showIcon
			className="banner"
			data-testid="unpublished"
			message={stale ? `Version ${draft.activeVersion} was published since these changes began` : "Unpublished changes"}
			description={
				<>
					{resource.activeVersion === 0
						? `Nothing of this ${WORDS[type].one} is published yet. `
						: `${WORDS[type].who === "workers" ? "Workers still read" : "/v1/evaluate still answers with"} version ${draft.activeVersion}. `}
					Last edited{draft.updatedBy ? ` by ${draft.updatedBy}` : ""} <Ago at={draft.updatedAt} />.
				</>
			}
			action={
				<div className="banner-actions">
					{stale && may(workspace.role, "draft") && (
						<Link to={`${path}/conflict`} params={to} search={true}>
							<Button tabIndex={-1}>Resolve</Button>
						</Link>
					)}
					<Link to={`${path}/review`} params={to} search={true}>
						<Button type="primary" tabIndex={-1}>
							Review changes
						</Button>
					</Link>
				</div>
			}
		/>
	);
}
