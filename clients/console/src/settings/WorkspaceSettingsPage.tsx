import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Alert, App, Button, Input, Skeleton } from "antd";
import { useEffect, useId, useState } from "react";
import { answer, type Schemas } from "../api/client";
import { equal } from "../api/json";
import { EnvironmentMark, MODES } from "../shell/Marks";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { Problem } from "../ui/Problem";
import { useLeaveGuard } from "../ui/useLeaveGuard";
import { ENVIRONMENTS } from "./WorkspacesPage";

type Workspace = Schemas["Workspace"];
type Values = Pick<Workspace, "name" | "governanceMode" | "environmentKind" | "gitRepoUrl" | "gitBranch">;
const route = getRouteApi("/w/$workspace/settings/workspaces/$id");

/** Who may publish, what kind of environment it is, and where its git repository is. */
export function WorkspaceSettingsPage() {
	const { id } = route.useParams();
	const { api, at } = useWorkspace();
	const query = useQuery({
		queryKey: [id, "workspace"],
		queryFn: () => answer(api.GET("/v1/workspaces/{id}", { params: { path: { id } } })),
	});
	if (query.error) return <Problem error={query.error} />;
	if (!query.data) return <Skeleton active />;
	return (
		<div className="narrow stack">
			<div>
				<Link to="/w/$workspace/settings/workspaces" params={{ workspace: at }}>
					Workspaces
				</Link>{" "}
				/ <code>{query.data.slug}</code>
			</div>
			<Settings key={id} stored={query.data} />
		</div>
	);
}

const valuesOf = (workspace: Workspace): Values => ({
	name: workspace.name,
	governanceMode: workspace.governanceMode,
	environmentKind: workspace.environmentKind,
	gitRepoUrl: workspace.gitRepoUrl ?? "",
	gitBranch: workspace.gitBranch ?? "",
});

function Settings({ stored }: { stored: Workspace }) {
	const { api } = useWorkspace();
	const queries = useQueryClient();
	const { message } = App.useApp();
	const [base, setBase] = useState(valuesOf(stored));
	const [values, setValues] = useState(base);
	const dirty = !equal(values, base);
	// Somebody else's change shows as long as nothing is typed here.
	useEffect(() => {
		const next = valuesOf(stored);
		if (equal(next, base) || dirty) return;
		setBase(next);
		setValues(next);
	}, [stored, base, dirty]);
	const allowed = may(stored.role, "admin");
	const save = useMutation({
		mutationFn: () => {
			const changed = Object.entries(values).filter(([name, value]) => value !== base[name as keyof Values]);
			const body = Object.fromEntries(changed.map(([name, value]) => [name, value === "" ? null : value]));
			return answer(api.PATCH("/v1/workspaces/{id}", { params: { path: { id: stored.id } }, body }));
		},
		onSuccess: async (saved) => {
			setBase(valuesOf(saved));
			setValues(valuesOf(saved));
			queries.setQueryData([stored.id, "workspace"], saved);
			await Promise.all([
				queries.invalidateQueries({ queryKey: ["me"] }),
				queries.invalidateQueries({ queryKey: [stored.id, "me"] }),
				queries.invalidateQueries({ queryKey: ["workspaces"] }),
			]);
			message.success("Saved. It holds at once, also for publishes in flight.");
		},
	});
	useLeaveGuard({ dirty: () => dirty, what: "What you changed here is not saved.", stay: "Stay" });
	const set = (change: Partial<Values>) => setValues({ ...values, ...change });
	return (
		<form
			className="stack"
			onSubmit={(event) => {
				event.preventDefault();
				save.mutate();
			}}
		>
			{!allowed && <Alert type="info" showIcon message="Only an owner or admin changes these settings." />}
			<Mode value={values.governanceMode} disabled={!allowed} onChange={(governanceMode) => set({ governanceMode })} />
			<Environment value={values.environmentKind} disabled={!allowed} onChange={(environmentKind) => set({ environmentKind })} />
			<Text label="Name" value={values.name} disabled={!allowed} onChange={(name) => set({ name })} />
			<Text
				label="Repository"
				help="An https address; commits in the history link to it."
				placeholder="https://github.com/acme/decisions"
				value={values.gitRepoUrl ?? ""}
				disabled={!allowed}
				onChange={(gitRepoUrl) => set({ gitRepoUrl })}
			/>
			<Text
				label="Branch"
				help="The branch that production follows."
				placeholder="main"
				value={values.gitBranch ?? ""}
				disabled={!allowed}
				onChange={(gitBranch) => set({ gitBranch })}
			/>
			{save.error && <Problem error={save.error} kept />}
			<div>
				<Button type="primary" htmlType="submit" disabled={!allowed || !dirty || values.name.trim() === ""} loading={save.isPending}>
					Save
				</Button>
			</div>
		</form>
	);
}

interface Choice {
	value: string;
	disabled: boolean;
	onChange(value: string): void;
}

function Mode({ value, disabled, onChange }: Choice) {
	return (
		<fieldset className="bare">
			<legend>Governance mode: who may publish</legend>
			<div className="choices">
				{Object.entries(MODES).map(([mode, words]) => (
					<label key={mode} className="choice">
						<input type="radio" name="mode" checked={value === mode} disabled={disabled} onChange={() => onChange(mode)} />
						<strong>
							{words.icon} {mode}
						</strong>
						<p>{words.long}</p>
						<p>
							<small>Best for: {words.bestFor}</small>
						</p>
					</label>
				))}
			</div>
			<small>Editing drafts is unrestricted in all modes; the mode says who may mint a new published version.</small>
		</fieldset>
	);
}

function Environment({ value, disabled, onChange }: Choice) {
	return (
		<fieldset className="bare">
			<legend>Environment</legend>
			<div className="filters" style={{ margin: 0 }}>
				{ENVIRONMENTS.map((kind) => (
					<label key={kind} className="row">
						<input type="radio" name="environment" checked={value === kind} disabled={disabled} onChange={() => onChange(kind)} />
						<EnvironmentMark kind={kind} />
					</label>
				))}
			</div>
		</fieldset>
	);
}

function Text(props: {
	label: string;
	help?: string;
	placeholder?: string;
	value: string;
	disabled: boolean;
	onChange(value: string): void;
}) {
	const id = useId();
	return (
		<div className="field">
			<label htmlFor={id}>{props.label}</label>
			<Input
				id={id}
				value={props.value}
				disabled={props.disabled}
				placeholder={props.placeholder}
				onChange={(event) => props.onChange(event.target.value)}
			/>
			{props.help && <small>{props.help}</small>}
		</div>
	);
}
