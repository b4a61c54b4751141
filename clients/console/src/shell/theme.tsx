import { App, theme as antd, ConfigProvider } from "antd";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";

export type ThemeMode = "light" | "dark";
const KEY = "fetchcatch.theme";
const Mode = createContext<{ mode: ThemeMode; toggle(): void }>({ mode: "light", toggle() {} });

export function useThemeMode() {
	return useContext(Mode);
}

const FONT = "system-ui, -apple-system, 'Segoe UI', Inter, Roboto, 'Helvetica Neue', Arial, sans-serif";
export const MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace";

/** Darker than antd's own where text would fall below a contrast of 4.5. */
const LIGHT = {
	colorPrimary: "#2f54eb",
	colorBgLayout: "#f6f7f9",
	colorTextSecondary: "#50565f",
	colorTextTertiary: "#5f6670",
	colorTextDescription: "#50565f",
	colorTextPlaceholder: "#6b7280",
	colorError: "#cf1322",
	colorErrorBg: "#fff2f0",
	colorErrorBorder: "#ffccc7",
	colorSuccess: "#237804",
	colorSuccessBg: "#f6ffed",
	colorSuccessBorder: "#b7eb8f",
	colorWarning: "#8f5600",
	colorWarningBg: "#fffbe6",
	colorWarningBorder: "#ffe58f",
	colorLink: "#1d39c4",
};
const DARK = {
	colorPrimary: "#597ef7",
	colorBgLayout: "#101216",
	colorBgContainer: "#181b20",
	colorBgElevated: "#20242b",
	colorTextSecondary: "#b4bac4",
	colorTextTertiary: "#a0a7b3",
	colorTextDescription: "#b4bac4",
	colorTextPlaceholder: "#9aa1ad",
	colorLink: "#85a5ff",
};

/** What was chosen last, else what the system prefers. */
function initial(): ThemeMode {
	const kept = localStorage.getItem(KEY);
	if (kept === "light" || kept === "dark") return kept;
	return globalThis.matchMedia?.("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function Theme({ children }: { children: ReactNode }) {
	const [mode, setMode] = useState<ThemeMode>(initial);
	useEffect(() => {
		document.documentElement.dataset.theme = mode;
		document.documentElement.style.colorScheme = mode;
	}, [mode]);
	const value = useMemo(() => {
		const toggle = () => {
			const next = mode === "dark" ? "light" : "dark";
			localStorage.setItem(KEY, next);
			setMode(next);
		};
		return { mode, toggle };
	}, [mode]);
	const dark = mode === "dark";
	return (
		<Mode.Provider value={value}>
			<ConfigProvider
				theme={{
					algorithm: dark ? antd.darkAlgorithm : antd.defaultAlgorithm,
					token: { fontFamily: FONT, fontFamilyCode: MONO, borderRadius: 6, ...(dark ? DARK : LIGHT) },
					components: {
						Table: { headerBg: "transparent", headerSplitColor: "transparent" },
						Tabs: dark ? { itemSelectedColor: "#85a5ff", itemHoverColor: "#adc6ff", inkBarColor: "#85a5ff" } : {},
					},
				}}
			>
				<App message={{ maxCount: 3 }}>{children}</App>
			</ConfigProvider>
		</Mode.Provider>
	);
}
