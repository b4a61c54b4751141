import { Skeleton } from "antd";
import { lazily } from "./lazily";

/** JSON with completion, hover help and marks from a schema. The editor is large and comes when it is first needed. */
export const JsonEditor = lazily(() => import("./monaco/JsonMonaco"), <Skeleton active paragraph={{ rows: 8 }} />);
