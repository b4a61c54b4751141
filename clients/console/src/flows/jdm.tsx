import { JdmConfigProvider } from "@gorules/jdm-editor";
import "@gorules/jdm-editor/dist/style.css";
import type { ReactNode } from "react";
import { useThemeMode } from "../shell/theme";
import "../ui/monaco/setup";
import "./flows.css";

/** Around everything of jdm-editor: its theme, its style and its editor, none of them from another host. */
export function Jdm({ children }: { children: ReactNode }) {
	const { mode } = useThemeMode();
	return <JdmConfigProvider theme={{ mode }}>{children}</JdmConfigProvider>;
}
