import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { Alert, Button, Card, Divider, Form, Input, Skeleton, Typography } from "antd";
import { answer, connect } from "../api/client";
import { Problem } from "../ui/Problem";
import { Logo } from "./Logo";
import { hostOf, REFUSALS, type SignInSearch } from "./signInWords";

const route = getRouteApi("/sign-in");

/** By the identity provider where one is set up, else by pasting a token: it begins a session, and is not kept itself. */
export function SignIn() {
	const { to, error }: SignInSearch = route.useSearch();
	const methods = useQuery({
		queryKey: ["sign-in"],
		queryFn: () => answer(connect().GET("/auth/methods")),
		staleTime: Number.POSITIVE_INFINITY,
	});
	const provider = methods.data?.identityProvider;
	return (
		<main className="sign-in">
			<Card>
				<Logo />
				<Typography.Title level={1} style={{ fontSize: 24, marginTop: 16 }}>
					Sign in
				</Typography.Title>
				{error && (
					<Alert
						className="problem"
						type="error"
						showIcon
						role="alert"
						message={REFUSALS[error].title}
						description={REFUSALS[error].advice}
					/>
				)}
				{methods.isPending && <Skeleton active title={false} paragraph={{ rows: 3 }} />}
				{provider && (
					<>
						<Button type="primary" block size="large" href={`/auth/login?${new URLSearchParams({ to: to ?? "/" })}`}>
							Sign in with {hostOf(provider)}
						</Button>
						<Divider plain>or with a token</Divider>
					</>
				)}
				{!methods.isPending && <WithToken to={to} first={!provider} />}
				{!provider && !methods.isPending && (
					<Typography.Paragraph type="secondary" style={{ margin: "16px 0 0" }}>
						On the local stack, follow the one-time link that <code>make dev</code> prints.
					</Typography.Paragraph>
				)}
			</Card>
		</main>
	);
}

function WithToken({ to, first }: { to: string | undefined; first: boolean }) {
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
		<Form layout="vertical" requiredMark={false} onFinish={({ token }: { token: string }) => signIn.mutate(token)}>
			<Form.Item
				label="Personal token"
				name="token"
				rules={[{ required: true, whitespace: true, message: "Paste a token first." }]}
				extra="A console token begins with fcp_. You make them under Settings, Tokens."
			>
				<Input.Password autoFocus={first} autoComplete="off" spellCheck={false} placeholder="fcp_…" />
			</Form.Item>
			{signIn.error && <Problem error={signIn.error} signingIn />}
			<Button type={first ? "primary" : "default"} htmlType="submit" block loading={signIn.isPending}>
				{first ? "Sign in" : "Sign in with the token"}
			</Button>
		</Form>
	);
}
