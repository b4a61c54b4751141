import { CopyOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Form, Input, InputNumber, Modal, Select } from "antd";
import { answer } from "../api/client";
import { ApiProblem } from "../api/problem";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { Problem } from "../ui/Problem";
import { useLeaveGuard } from "../ui/useLeaveGuard";

const KINDS = [
	{ value: "cli", label: "Personal, for fcc", body: { kind: "personal", surface: "cli" } },
	{ value: "designer", label: "Personal, for the console and scripts", body: { kind: "personal", surface: "designer" } },
	{ value: "service", label: "Service: CI and setup scripts", body: { kind: "service" }, admin: true },
	{ value: "agent", label: "AI agent: drafts, never publishes", body: { kind: "agent" }, admin: true },
	{ value: "evaluate", label: "Application: evaluates only", body: { kind: "evaluate" }, admin: true },
];
const SCOPES = ["read", "draft", "apply", "publish", "evaluate"];

interface Values {
	kind: string;
	name: string;
	email?: string;
	scopes?: string[];
	expiresInDays: number;
}

/** Mints a token, and shows it this once. */
export function NewToken({ onClose, onMinted }: { onClose(): void; onMinted(): void }) {
	const { api, workspace } = useWorkspace();
	const [form] = Form.useForm<Values>();
	const kind = Form.useWatch("kind", form);
	const admin = may(workspace.role, "admin");
	const mint = useMutation({
		mutationFn: ({ kind: chosen, name, email, scopes, expiresInDays }: Values) => {
			const body = {
				...KINDS.find(({ value }) => value === chosen)?.body,
				kind: KINDS.find(({ value }) => value === chosen)?.body.kind ?? "personal",
			};
			return answer(
				api.POST("/v1/tokens", { body: { ...body, name: name.trim(), expiresInDays, ...(chosen === "service" ? { email, scopes } : {}) } }),
			);
		},
		onSuccess: onMinted,
		onError: (error) => {
			if (isLost(error)) onMinted();
		},
	});
	if (mint.data) return <Minted token={mint.data.token} name={mint.data.name} onClose={onClose} />;
	return (
		<Modal open title="New token" okText="Create" onOk={form.submit} okButtonProps={{ loading: mint.isPending }} onCancel={onClose}>
			{mint.error &&
				(isLost(mint.error) ? (
					<Alert
						type="warning"
						showIcon
						role="alert"
						message="The token was made, and its secret was lost with the answer"
						description="Nobody can read it any more. Create another one here, and revoke the lost one in the list."
					/>
				) : (
					<Problem error={mint.error} kept />
				))}
			<Form
				form={form}
				layout="vertical"
				requiredMark={false}
				initialValues={{ kind: "cli", expiresInDays: 90, scopes: ["read", "draft", "apply", "publish"] }}
				onFinish={(values) => mint.mutate(values)}
			>
				<Form.Item label="For" name="kind">
					<Select options={KINDS.filter((one) => admin || !one.admin).map(({ value, label }) => ({ value, label }))} />
				</Form.Item>
				<Form.Item label="Name" name="name" rules={[{ required: true, whitespace: true, message: "Say what it is for." }]}>
					<Input autoComplete="off" placeholder="laptop, nightly drift, checkout service" />
				</Form.Item>
				{kind === "service" && (
					<>
						<Form.Item
							label="E-mail"
							name="email"
							extra="Its versions carry it."
							rules={[{ required: true, type: "email", message: "A service has an e-mail address." }]}
						>
							<Input type="email" autoComplete="off" placeholder="ci-bot@example.com" />
						</Form.Item>
						<Form.Item label="May" name="scopes" rules={[{ required: true, message: "Choose at least one." }]}>
							<Checkbox.Group options={SCOPES} />
						</Form.Item>
					</>
				)}
				<Form.Item label="Expires in days" name="expiresInDays" rules={[{ required: true }]}>
					<InputNumber min={1} max={365} precision={0} />
				</Form.Item>
			</Form>
		</Modal>
	);
}

/** An earlier try has made it: only the answer that held the secret never came. */
function isLost(error: unknown): boolean {
	return ApiProblem.of(error).code === "secret_already_shown";
}

function Minted({ token, name, onClose }: { token: string; name: string; onClose(): void }) {
	const { message } = App.useApp();
	useLeaveGuard({ dirty: () => true, what: "The token is shown this once. Afterwards nobody can read it.", stay: "Stay" });
	const copy = async () => {
		try {
			await navigator.clipboard.writeText(token);
			message.success("Copied");
		} catch {
			// A browser has no clipboard for a page without https, and may refuse one to any.
			message.warning("This browser does not let the page copy. Select the token and copy it yourself.");
		}
	};
	return (
		<Modal
			open
			title={`Token ${name}`}
			closable={false}
			maskClosable={false}
			keyboard={false}
			footer={
				<Button type="primary" onClick={onClose}>
					I have kept it
				</Button>
			}
		>
			<div className="stack">
				<Alert
					type="warning"
					showIcon
					message="It is shown this once. Keep it now; afterwards nobody can read it, and we store only its hash."
				/>
				<div className="secret" data-testid="secret">
					{token}
				</div>
				<Button icon={<CopyOutlined />} onClick={copy}>
					Copy
				</Button>
			</div>
		</Modal>
	);
}
