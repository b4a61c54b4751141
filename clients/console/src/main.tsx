import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiProblem } from "./api/problem";
import { router } from "./routes";
import { Theme } from "./shell/theme";
import "./app.css";

const queries = new QueryClient({
	defaultOptions: {
		queries: {
			staleTime: 5_000,
			// A refusal stays one; only what may pass is asked again.
			retry: (count, error) => count < 2 && ["unreachable", "unavailable", "too_many_requests"].includes(ApiProblem.of(error).code),
		},
	},
});

const root = document.getElementById("root");
if (root) {
	createRoot(root).render(
		<StrictMode>
			<QueryClientProvider client={queries}>
				<Theme>
					<RouterProvider router={router} />
				</Theme>
			</QueryClientProvider>
		</StrictMode>,
	);
}
