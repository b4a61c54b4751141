import { PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Empty, Popconfirm, Table, Tag } from "antd";
import { useState } from "react";
import { answer, everyPage } from "../api/client";
import { ApiProblem } from "../api/problem";
import { useWorkspace } from "../shell/WorkspaceContext";
import { Ago } from "../ui/Ago";
import { Problem } from "../ui/Problem";
import { NewToken } from "./NewToken";

export function TokensPage() {
	const { api, workspace } = useWorkspace();
	const queries = useQueryClient();
	const { message, notification } = App.useApp();
	const [minting, setMinting] = useState(false);
	const tokens = useQuery({
		queryKey: [workspace.id, "tokens"],
		queryFn: () => everyPage((cursor) => answer(api.GET("/v1/tokens", { params: { query: { limit: "200", cursor } } }))),
	});
	const refresh = () => queries.invalidateQueries({ queryKey: [workspace.id, "tokens"] });
	const revoke = useMutation({
		mutationFn: (id: string) => answer<never>(api.DELETE("/v1/tokens/{id}", { params: { path: { id } } }) as never),
		onSuccess: async () => {
			message.success("Revoked: it writes nothing any more, and reads nothing within a minute");
			await refresh();
		},
		onError: (error) => {
			const problem = ApiProblem.of(error);
			notification.error({ message: problem.title, description: problem.detail, role: "alert" });
		},
	});
	return (
		<>
			<div className="filters">
				<Button icon={<PlusOutlined />} onClick={() => setMinting(true)}>
					New token
				</Button>
			</div>
			{tokens.error && <Problem error={tokens.error} />}
			<div className="panel scroll-x">
				<Table
					rowKey="id"
					size="middle"
					pagination={false}
					loading={tokens.isPending}
					dataSource={tokens.data?.items}
					locale={{
						emptyText: tokens.data ? (
							<Empty description="No tokens. Scripts, CI, agents and applications each need one of their own." />
						) : (
							" "
						),
					}}
					columns={[
						{
							title: "Name",
							render: (_, token) => (
								<>
									{token.name}
									{token.email && (
										<>
											<br />
											<small>{token.email}</small>
										</>
									)}
								</>
							),
						},
						{
							title: "Kind",
							render: (_, token) => (
								<Tag>
									{token.surface && token.kind === "personal"
										? `personal · ${token.surface === "designer" ? "console" : token.surface}`
										: token.kind}
								</Tag>
							),
						},
						{ title: "May", render: (_, token) => <small>{token.scopes.join(", ")}</small> },
						{ title: "Made", render: (_, token) => <Ago at={token.createdAt} /> },
						{ title: "Expires", render: (_, token) => <Ago at={token.expiresAt} /> },
						{
							title: "",
							align: "right",
							render: (_, token) => (
								<Popconfirm
									title={`Revoke ${token.name}?`}
									description="Whatever uses it stops working."
									okText="Revoke"
									okButtonProps={{ danger: true }}
									onConfirm={() => revoke.mutate(token.id)}
								>
									<Button danger size="small" aria-label={`Revoke ${token.name}`}>
										Revoke
									</Button>
								</Popconfirm>
							),
						},
					]}
				/>
			</div>
			{minting && <NewToken onClose={() => setMinting(false)} onMinted={refresh} />}
		</>
	);
}
