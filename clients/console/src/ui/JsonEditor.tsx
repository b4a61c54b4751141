import { Skeleton } from "antd";
import { lazy, Suspense } from "react";
import type { JsonEditorProps } from "./monaco/JsonMonaco";

const Editor = lazy(() => import("./monaco/JsonMonaco"));

/** JSON with completion, hover help and marks from a schema. The editor is large and comes when it is first needed. */
export function JsonEditor(props: JsonEditorProps) {
	return (
		<Suspense fallback={<Skeleton active paragraph={{ rows: 8 }} />}>
			<Editor {...props} />
		</Suspense>
	);
}
