import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";
import type { JsonObject } from "../api/json";
import { WorkspaceProvider, type WorkspaceView } from "../shell/WorkspaceContext";
import { SettingsForm } from "./SettingsForm";

afterEach(cleanup);

let latest: { value: JsonObject; broken?: string };

/** The form as an editor holds it. */
function Held({ initial }: { initial: JsonObject }) {
	const [value, setValue] = useState(initial);
	const onChange = (next: JsonObject, broken?: string) => {
		latest = { value: next, broken };
		setValue(next);
	};
	return <SettingsForm value={value} onChange={onChange} disabled={false} />;
}

function show(initial: JsonObject) {
	latest = { value: initial };
	const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
	queries.setQueryData(["schema", "connector-v3"], {});
	render(
		<QueryClientProvider client={queries}>
			<WorkspaceProvider value={{} as WorkspaceView}>
				<Held initial={initial} />
			</WorkspaceProvider>
		</QueryClientProvider>,
	);
}

const type = (text: string) => fireEvent.change(screen.getByLabelText("Value of retry"), { target: { value: text } });

test("an object is typed by way of what is no JSON yet, and can be saved once it is", () => {
	show({ retry: { times: 3 } });
	type('{ "times": ');
	expect(latest).toEqual({ value: { retry: { times: 3 } }, broken: "The value of retry is not JSON yet." });
	type('{ "times": 4 }');
	expect(latest).toEqual({ value: { retry: { times: 4 } }, broken: undefined });
});

test("another setting's change does not hide that one is no JSON yet", () => {
	show({ retry: {}, url: "a" });
	type("{");
	fireEvent.change(screen.getByLabelText("Value of url"), { target: { value: "b" } });
	expect(latest).toEqual({ value: { retry: {}, url: "b" }, broken: "The value of retry is not JSON yet." });
});

test("a setting that is no JSON yet can be removed, and then the rest can be saved", () => {
	show({ retry: {}, url: "a" });
	type("{");
	fireEvent.click(screen.getByLabelText("Remove the setting retry"));
	expect(latest).toEqual({ value: { url: "a" }, broken: undefined });
});
