import { DeleteOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Popconfirm, Select, Table } from "antd";
import { useState } from "react";
import { answer, everyPage } from "../api/client";
import { ApiProblem } from "../api/problem";
import { may, useWorkspace } from "../shell/WorkspaceContext";
import { Ago } from "../ui/Ago";
import { Initials } from "../ui/Initials";
import { Problem } from "../ui/Problem";

const ROLES = [
	{ value: "viewer", label: "viewer: reads" },
	{ value: "author", label: "author: also drafts" },
	{ value: "editor", label: "editor: also publishes" },
	{ value: "admin", label: "admin: also settings, members, tokens" },
	{ value: "owner", label: "owner" },
];

export function MembersPage() {
	const { api, workspace, me } = useWorkspace();
	const queries = useQueryClient();
	const { message, notification } = App.useApp();
	const id = workspace.id;
	const members = useQuery({
		queryKey: [id, "members"],
		queryFn: () =>
			everyPage((cursor) => answer(api.GET("/v1/workspaces/{id}/members", { params: { path: { id }, query: { limit: "200", cursor } } }))),
	});
	const done = async (said: string) => {
		message.success(said);
		await queries.invalidateQueries({ queryKey: [id, "members"] });
	};
	const failed = (error: unknown) => {
		const problem = ApiProblem.of(error);
		notification.error({ message: problem.title, description: problem.detail, role: "alert" });
	};
	const change = useMutation({
		mutationFn: ({ userId, role }: { userId: string; role: string }) =>
			answer(api.PATCH("/v1/workspaces/{id}/members/{userId}", { params: { path: { id, userId } }, body: { role } })),
		onSuccess: (member) => done(`${member.email} is ${member.role} now`),
		onError: failed,
	});
	const remove = useMutation({
		mutationFn: (userId: string) =>
			answer<never>(api.DELETE("/v1/workspaces/{id}/members/{userId}", { params: { path: { id, userId } } }) as never),
		onSuccess: () => done("Removed"),
		onError: failed,
	});
	const admin = may(workspace.role, "admin");
	return (
		<>
			{admin && <AddMember onAdded={(email) => done(`${email} was added`)} />}
			{members.error && <Problem error={members.error} />}
			<div className="panel scroll-x">
				<Table
					rowKey="userId"
					size="middle"
					pagination={false}
					loading={members.isPending}
					dataSource={members.data?.items}
					locale={{ emptyText: " " }}
					columns={[
						{
							title: "Member",
							render: (_, member) => (
								<span className="row" style={{ justifyContent: "flex-start" }}>
									<Initials email={member.email} />
									<span>
										{member.name}
										<br />
										<small>{member.email}</small>
									</span>
								</span>
							),
						},
						{
							title: "Role",
							render: (_, member) =>
								admin ? (
									<Select
										aria-label={`Role of ${member.email}`}
										value={member.role}
										options={ROLES.map(({ value }) => ({ value, disabled: value === "owner" && workspace.role !== "owner" }))}
										style={{ width: 110 }}
										onChange={(role) => change.mutate({ userId: member.userId, role })}
									/>
								) : (
									member.role
								),
						},
						{ title: "Since", render: (_, member) => <Ago at={member.since} /> },
						{
							title: "",
							align: "right",
							render: (_, member) => {
								const self = member.userId === me.user?.id;
								if (!admin && !self) return null;
								return (
									<Popconfirm
										title={self ? "Leave this workspace?" : `Remove ${member.email}?`}
										description="Their personal tokens for this workspace end for good."
										okText={self ? "Leave" : "Remove"}
										okButtonProps={{ danger: true }}
										onConfirm={() => remove.mutate(member.userId)}
									>
										<Button
											type="text"
											danger
											icon={<DeleteOutlined />}
											aria-label={self ? "Leave this workspace" : `Remove ${member.email}`}
										/>
									</Popconfirm>
								);
							},
						},
					]}
				/>
			</div>
		</>
	);
}

function AddMember({ onAdded }: { onAdded(email: string): void }) {
	const { api, workspace } = useWorkspace();
	const [email, setEmail] = useState("");
	const [role, setRole] = useState("editor");
	const add = useMutation({
		mutationFn: () =>
			answer(api.POST("/v1/workspaces/{id}/members", { params: { path: { id: workspace.id } }, body: { email: email.trim(), role } })),
		onSuccess: (member) => {
			setEmail("");
			onAdded(member.email);
		},
	});
	return (
		<>
			<form
				className="filters"
				onSubmit={(event) => {
					event.preventDefault();
					add.mutate();
				}}
			>
				<Input
					aria-label="E-mail of the new member"
					type="email"
					placeholder="name@example.com"
					style={{ width: 240 }}
					value={email}
					onChange={(event) => setEmail(event.target.value)}
				/>
				<Select
					aria-label="Role of the new member"
					value={role}
					options={ROLES.filter(({ value }) => value !== "owner" || workspace.role === "owner")}
					style={{ width: 240 }}
					onChange={setRole}
				/>
				<Button htmlType="submit" type="primary" disabled={!email.includes("@")} loading={add.isPending}>
					Add
				</Button>
			</form>
			{add.error && <Problem error={add.error} kept />}
		</>
	);
}
