import { PlayCircleOutlined } from "@ant-design/icons";
import { DecisionGraph, type DecisionGraphRef, type DecisionGraphType, GraphSimulator, type Simulation } from "@gorules/jdm-editor";
import { App } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { answer } from "../api/client";
import { equal, type JsonObject, pretty } from "../api/json";
import { ApiProblem } from "../api/problem";
import type { Finding } from "../resources/model";
import { useResource } from "../resources/ResourceContext";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { keep, kept } from "../ui/kept";
import { underOverlays, useLeaveGuard } from "../ui/useLeaveGuard";
import { Autosave, type SaveState } from "./Autosave";
import { Diagnostics } from "./Diagnostics";
import { documentOf, graphOf } from "./graph";
import { fit, Jdm } from "./jdm";
import { SaveMark } from "./SaveMark";
import { useTouches } from "./useTouches";

/** Draws the draft. Every change is saved a moment later; publishing is another step. */
export default function Designer() {
	const { draft } = useResource();
	const { workspace } = useWorkspace();
	const editable = may(workspace.role, "draft");
	const frame = useRef<HTMLDivElement>(null);
	const editor = useRef<DecisionGraphRef>(null);
	const { graph, state, autosave, onChange } = useDraft(frame, editable);
	const test = useTest(autosave);
	const panels = useMemo(
		() => [
			{
				id: "test",
				title: "Test the draft",
				icon: <PlayCircleOutlined />,
				renderPanel: () => (
					<GraphSimulator
						defaultRequest={test.request.current}
						onChange={test.keep}
						onRun={({ context }) => test.run(context)}
						onClear={test.clear}
						loading={test.running}
					/>
				),
			},
		],
		[test],
	);
	const show = useCallback((finding: Finding) => {
		if (!finding.nodeId) return;
		editor.current?.goToNode(finding.nodeId);
		if (/\/content\//.test(finding.path)) editor.current?.openTab(finding.nodeId);
	}, []);
	return (
		<section className="designer" aria-label="Designer" ref={frame}>
			<div className="designer-bar">
				<SaveMark state={editable ? state : { kind: "saved" }} autosave={autosave} />
				<Diagnostics findings={draft.findings} document={draft.document} onOpen={show} />
			</div>
			<Marks findings={draft.findings} />
			<div className="designer-canvas panel" data-testid="designer">
				<Jdm>
					<DecisionGraph
						ref={editor}
						value={graph}
						onChange={onChange}
						disabled={!editable}
						panels={editable ? panels : []}
						simulate={test.simulation}
						onReactFlowInit={fit}
					/>
				</Jdm>
			</div>
		</section>
	);
}

/** Nodes that something is wrong with, marked on the canvas. */
function Marks({ findings }: { findings: Finding[] }) {
	const of = (severity: Finding["severity"]) => [
		...new Set(findings.filter((one) => one.severity === severity && one.nodeId).map((one) => one.nodeId)),
	];
	const rule = (ids: (string | null | undefined)[], colour: string) =>
		ids.map(
			(id) =>
				`.designer .react-flow__node[data-id=${JSON.stringify(id)}] { outline: 2px solid ${colour}; outline-offset: 3px; border-radius: 6px; }`,
		);
	return <style>{[...rule(of("warning"), "#d48806"), ...rule(of("error"), "#cf1322")].join("\n")}</style>;
}

/** The drawn graph and its way into the draft. */
function useDraft(frame: React.RefObject<HTMLDivElement>, editable: boolean) {
	const { api, slug, draft, took, saver, setUnsaved } = useResource();
	const [graph, setGraph] = useState<DecisionGraphType>(() => graphOf(draft.document));
	const [state, setState] = useState<SaveState>({ kind: "saved" });
	const stored = useRef(draft);
	const touches = useTouches(frame, editable);
	const latest = useRef(took);
	latest.current = took;
	const autosave = useMemo(
		() =>
			new Autosave(stored.current.document, stored.current.etag, {
				put: (document, etag) => api.putDraft(slug, document, etag),
				newest: () => api.draft(slug),
				onState: setState,
				onSaved: (saved) => {
					stored.current = saved;
					latest.current(saved);
				},
			}),
		[api, slug],
	);
	/** Saves what was drawn up to now, which the editor may be about to tell. */
	const flush = useCallback(async () => {
		for (;;) {
			await touches.told();
			const saved = await autosave.flush();
			if (!saved || !touches.telling) return saved;
		}
	}, [autosave, touches]);
	const load = useCallback(
		(document: JsonObject, etag: string) => {
			touches.touched = false;
			autosave.rebase(document, etag);
			setGraph(graphOf(document));
		},
		[autosave, touches],
	);
	// Restored, reset or merged here, or changed elsewhere: the canvas follows, unless something on it is not saved yet.
	const [told, setTold] = useState(0);
	useEffect(() => {
		if (draft.etag === stored.current.etag) return;
		if (touches.telling) {
			let left = false;
			void touches.told().then(() => !left && setTold(told + 1));
			return () => {
				left = true;
			};
		}
		if (autosave.dirty) return;
		const same = equal(draft.document, stored.current.document);
		stored.current = draft;
		if (!same) load(draft.document, draft.etag);
		else autosave.rebase(documentOf(graph, draft.document), draft.etag);
	}, [draft, autosave, load, graph, touches, told]);
	useEffect(() => {
		saver.current = flush;
		return () => {
			saver.current = null;
			void autosave.flush();
			autosave.stop();
		};
	}, [autosave, flush, saver]);
	useEffect(() => {
		setUnsaved(state.kind === "saved" ? null : state.kind === "failed" || state.kind === "changed" ? "refused" : "saving");
		return () => setUnsaved(null);
	}, [state.kind, setUnsaved]);
	useLeaveGuard({
		dirty: () => touches.telling || autosave.dirty,
		settle: flush,
		stays: (from, to) => underOverlays(from.pathname) === underOverlays(to.pathname),
		what: "What you drew here could not be saved in the draft.",
		stay: "Stay",
	});
	const onChange = useCallback(
		(next: DecisionGraphType) => {
			setGraph(next);
			const document = documentOf(next, stored.current.document);
			// The editor says "changed" when it loads, and spells some members in its own way: nobody changed anything yet.
			if (touches.touched) autosave.change(document);
			else autosave.rebase(document);
		},
		[autosave, touches],
	);
	const theirs = state.kind === "changed" ? state.theirs : null;
	useEffect(() => {
		if (theirs) latest.current(theirs);
	}, [theirs]);
	return {
		graph,
		state,
		onChange,
		autosave: { flush, keepMine: () => autosave.keepMine(), takeTheirs: () => takeTheirs(autosave, stored, load) },
	};
}

function takeTheirs(
	autosave: Autosave,
	stored: React.MutableRefObject<{ etag: string; document: JsonObject }>,
	load: (document: JsonObject, etag: string) => void,
) {
	const theirs = autosave.takeTheirs();
	if (!theirs) return;
	stored.current = theirs;
	load(theirs.document, theirs.etag);
}

const NOT_SAVED = new ApiProblem(
	"unreachable",
	0,
	"What you drew is not saved",
	"Only what is in the draft can be tested. Save it first, then run it again.",
);

/** Evaluates the draft as it is drawn, with trace. */
function useTest(autosave: { flush(): Promise<boolean> }) {
	const { api, workspace } = useWorkspace();
	const { slug, resource, draft } = useResource();
	const key = `test.${workspace.id}.${resource.id}`;
	const { notification } = App.useApp();
	const [simulation, setSimulation] = useState<Simulation>();
	const [running, setRunning] = useState(false);
	const request = useRef(kept(key) || pretty({}));
	const document = useRef(draft.document);
	document.current = draft.document;
	const flush = useRef(autosave.flush);
	flush.current = autosave.flush;
	return useMemo(
		() => ({
			request,
			running,
			simulation,
			clear: () => setSimulation(undefined),
			keep: (text: string) => {
				request.current = text;
				keep(key, text);
			},
			run: async (context: unknown) => {
				setRunning(true);
				try {
					// An answer for what was saved before would be taken for one about what is drawn.
					if (!(await flush.current())) throw NOT_SAVED;
					const call = api.POST("/v1/flows/{id}/draft/evaluate", {
						params: { path: { id: slug }, query: { trace: true } },
						body: context as never,
					});
					const { result, trace } = await answer(call);
					setSimulation({
						result: { performance: "", result, trace: (trace ?? {}) as never, snapshot: graphOf(document.current) },
					} as Simulation);
				} catch (error) {
					const problem = ApiProblem.of(error);
					const nodeId = typeof problem.facts.nodeId === "string" ? problem.facts.nodeId : undefined;
					setSimulation({ error: { title: problem.title, message: problem.detail, data: { nodeId } } });
					notification.error({ message: problem.title, description: problem.detail, role: "alert" });
				} finally {
					setRunning(false);
				}
			},
		}),
		[api, slug, key, running, simulation, notification],
	);
}
