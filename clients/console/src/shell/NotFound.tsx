import { Link } from "@tanstack/react-router";
import { Result } from "antd";

export function NotFound() {
	return <Result status="404" title="There is nothing here" subTitle="The address may be mistyped, or what it named was deleted." extra={<Link to="/">Go to the start page</Link>} />;
}
