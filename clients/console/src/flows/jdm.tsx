import { JdmConfigProvider, nodeSpecification } from "@gorules/jdm-editor";
import "@gorules/jdm-editor/dist/style.css";
import type { ReactNode } from "react";
import { useThemeMode } from "../shell/theme";
import "../ui/monaco/setup";
import "./flows.css";

// The API refuses these (422 unsupported_node): they would be drawn, and could never be saved.
for (const refused of ["functionNode", "decisionNode"]) delete (nodeSpecification as Record<string, unknown>)[refused];

// On a narrow screen the palette would cover the canvas; its button opens it.
if (globalThis.innerWidth < 820) localStorage.setItem("jdm-components-opened", "false");

/** All of the graph in view, and never larger than life. */
export function fit(instance: { fitView(options: object): unknown }): void {
	setTimeout(() => instance.fitView({ padding: 0.15, maxZoom: 1 }), 50);
}

/** Around everything of jdm-editor: its theme, its style and its editor, none of them from another host. */
export function Jdm({ children }: { children: ReactNode }) {
	const { mode } = useThemeMode();
	return <JdmConfigProvider theme={{ mode }}>{children}</JdmConfigProvider>;
}
