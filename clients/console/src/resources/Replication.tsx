import { CheckCircleOutlined, ExclamationCircleOutlined, SyncOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Tooltip } from "antd";
import { useEffect, useState } from "react";
import { answer, type Schemas } from "../api/client";
import { ApiProblem } from "../api/problem";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { moment } from "../ui/Ago";
import { keysOf, useResource } from "./ResourceContext";

/** By then all but a few have long arrived. */
const LONG_MS = 30_000;

/** Whether workers can read the active version yet, and since when. */
export function Replication() {
	const { type, slug, resource } = useResource();
	const { workspace, api } = useWorkspace();
	const key = [...keysOf(workspace.id, type, slug).all, "replica", resource.activeVersion];
	const status = useQuery({
		queryKey: key,
		queryFn: () => answer(api.GET("/v1/replica/{type}/{id}", { params: { path: { type, id: resource.id } } })),
		enabled: resource.activeVersion > 0,
		refetchInterval: (query) => (query.state.data?.inSync ? 60_000 : 1_000),
	});
	const at = status.data;
	const late = useLate(at !== undefined && !at.inSync);
	const dead = useQuery({
		queryKey: [...key, "dead"],
		queryFn: () => answer(api.GET("/v1/replica/outbox", { params: { query: { state: "dead", limit: "200" } } })),
		enabled: late,
		refetchInterval: 30_000,
		retry: false,
	});
	if (!at) return null;
	const given = dead.data?.items.find((row) => row.id === resource.id);
	const said = replicationWords(at, resource.archived, late ? (given ?? "late") : null, Date.now());
	return (
		<Tooltip title={`Version ${at.replicaVersion ?? "none"} in the replica, epoch ${at.epoch}`}>
			<span role="status" data-testid="replication">
				{said.state === "there" ? (
					<CheckCircleOutlined aria-hidden />
				) : said.state === "coming" ? (
					<SyncOutlined spin aria-hidden />
				) : (
					<ExclamationCircleOutlined aria-hidden />
				)}{" "}
				{said.words}
				{given && may(workspace.role, "admin") && <SendAgain event={given.eventId} />}
			</span>
		</Tooltip>
	);
}

type Status = Pick<Schemas["ReplicaStatus"], "inSync" | "replicatedAtUtc" | "lagMs">;
type Trouble = Pick<Schemas["OutboxRow"], "attempts" | "lastError"> | "late" | null;

/** An archived one is withdrawn: workers are told to let go of it, and that travels as a version does. */
export function replicationWords(at: Status, archived: boolean, trouble: Trouble, now: number) {
	if (at.inSync && at.replicatedAtUtc) {
		const lag = typeof at.lagMs === "number" ? `, ${seconds(at.lagMs)} after ${archived ? "it was archived" : "publish"}` : "";
		return {
			state: "there" as const,
			words: `${archived ? "withdrawn from" : "readable by"} workers since ${moment(at.replicatedAtUtc, now)}${lag}`,
		};
	}
	if (trouble === null) return { state: "coming" as const, words: "on its way to workers" };
	if (trouble === "late")
		return { state: "late" as const, words: "on its way to workers for longer than usual: an operator finds why in the API's log" };
	const why = trouble.lastError ? `: ${trouble.lastError}` : "";
	return {
		state: "late" as const,
		words: `did not reach workers, given up after ${trouble.attempts} attempts${why}. An admin can send it again.`,
	};
}

function useLate(waiting: boolean): boolean {
	const [late, setLate] = useState(false);
	useEffect(() => {
		setLate(false);
		if (!waiting) return;
		const timer = setTimeout(() => setLate(true), LONG_MS);
		return () => clearTimeout(timer);
	}, [waiting]);
	return late;
}

function SendAgain({ event }: { event: string }) {
	const { api } = useWorkspace();
	const { refresh } = useResource();
	const { notification } = App.useApp();
	const send = useMutation({
		mutationFn: () => answer(api.POST("/v1/replica/redrive", { body: { eventIds: [event] } })),
		onSuccess: refresh,
		onError: (error) => {
			const problem = ApiProblem.of(error);
			notification.error({ message: problem.title, description: problem.detail, role: "alert" });
		},
	});
	return (
		<Button size="small" type="link" loading={send.isPending} onClick={() => send.mutate()}>
			Send again
		</Button>
	);
}

export function seconds(milliseconds: number): string {
	if (milliseconds >= 120_000) return `${Math.round(milliseconds / 60_000)} min`;
	return milliseconds < 100 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}
