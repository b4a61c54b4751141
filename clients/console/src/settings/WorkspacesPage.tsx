import { PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button, Form, Select, Table } from "antd";
import { useState } from "react";
import { answer, everyPage, type Schemas } from "../api/client";
import { EnvironmentMark, GovernanceMark } from "../shell/Marks";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { NewModal } from "../ui/NewModal";
import { Problem } from "../ui/Problem";

export const ENVIRONMENTS = ["Development", "Staging", "Production"];

export function WorkspacesPage() {
	const { api, at, workspace: here } = useWorkspace();
	const [making, setMaking] = useState(false);
	const workspaces = useQuery({
		queryKey: ["workspaces"],
		queryFn: () => everyPage((cursor) => answer(api.GET("/v1/workspaces", { params: { query: { limit: "200", cursor } } }))),
	});
	return (
		<>
			{may(here.role, "admin") && (
				<div className="filters">
					<Button icon={<PlusOutlined />} onClick={() => setMaking(true)}>
						New workspace
					</Button>
				</div>
			)}
			{workspaces.error && <Problem error={workspaces.error} />}
			<div className="panel scroll-x">
				<Table
					rowKey="id"
					size="middle"
					pagination={false}
					loading={workspaces.isPending}
					dataSource={workspaces.data?.items}
					locale={{ emptyText: " " }}
					columns={[
						{
							title: "Name",
							render: (_, one) => (
								<>
									{one.name}
									<br />
									<small>
										<code>{one.slug}</code>
									</small>
								</>
							),
						},
						{ title: "Environment", render: (_, one) => <EnvironmentMark kind={one.environmentKind} /> },
						{ title: "Governance", render: (_, one) => <GovernanceMark mode={one.governanceMode} /> },
						{ title: "Your role", dataIndex: "role" },
						{
							title: "",
							render: (_, one) => (
								<Link
									to="/w/$workspace/settings/workspaces/$id"
									params={{ workspace: at, id: one.id }}
									aria-label={`Settings of ${one.name}`}
								>
									Settings
								</Link>
							),
						},
					]}
				/>
			</div>
			{making && <NewWorkspace onClose={() => setMaking(false)} />}
		</>
	);
}

type Values = Pick<Schemas["CreateWorkspace"], "name" | "slug" | "environmentKind">;

function NewWorkspace({ onClose }: { onClose(): void }) {
	const { api } = useWorkspace();
	const queries = useQueryClient();
	const navigate = useNavigate();
	const create = useMutation({
		mutationFn: (values: Values) => answer(api.POST("/v1/workspaces", { body: values })),
		onSuccess: async (made) => {
			await Promise.all([queries.invalidateQueries({ queryKey: ["me"] }), queries.invalidateQueries({ queryKey: ["workspaces"] })]);
			await navigate({ to: "/w/$workspace/connectors", params: { workspace: made.id } });
		},
	});
	return (
		<NewModal
			what="workspace"
			slugHelp="It can't be changed later."
			create={create}
			initialValues={{ environmentKind: "Development" }}
			onClose={onClose}
		>
			<Form.Item label="Environment" name="environmentKind">
				<Select options={ENVIRONMENTS.map((value) => ({ value }))} />
			</Form.Item>
			<small>It begins in Hybrid mode; you become its owner.</small>
		</NewModal>
	);
}
