import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { Button, Card, Form, Input, Typography } from "antd";
import { answer, connect } from "../api/client";
import { Problem } from "../ui/Problem";
import { Logo } from "./Logo";

const route = getRouteApi("/sign-in");

/** Pasting a token begins a session; the token itself is not kept. */
export function SignIn() {
	const { to } = route.useSearch();
	const router = useRouter();
	const queries = useQueryClient();
	const signIn = useMutation({
		mutationFn: (token: string) => answer(connect().POST("/auth/token", { body: { token: token.trim() } })),
		onSuccess: () => {
			queries.clear();
			router.history.push(to ?? "/");
		},
	});
	return (
		<main className="sign-in">
			<Card>
				<Logo />
				<Typography.Title level={1} style={{ fontSize: 24, marginTop: 16 }}>
					Sign in
				</Typography.Title>
				<Form layout="vertical" requiredMark={false} onFinish={({ token }: { token: string }) => signIn.mutate(token)}>
					<Form.Item
						label="Personal token"
						name="token"
						rules={[{ required: true, whitespace: true, message: "Paste a token first." }]}
						extra="A console token begins with fcp_. You make them under Settings, Tokens."
					>
						<Input.Password autoFocus autoComplete="off" spellCheck={false} placeholder="fcp_…" />
					</Form.Item>
					{signIn.error && <Problem error={signIn.error} />}
					<Button type="primary" htmlType="submit" block loading={signIn.isPending}>
						Sign in
					</Button>
				</Form>
				<Typography.Paragraph type="secondary" style={{ margin: "16px 0 0" }}>
					On the local stack, follow the one-time link that <code>make dev</code> prints.
				</Typography.Paragraph>
			</Card>
		</main>
	);
}
