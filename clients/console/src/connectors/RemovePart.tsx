import { DeleteOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { App, Button, Popconfirm } from "antd";
import { ApiProblem } from "../api/problem";
import { type Part, removePart } from "../resources/connectors";
import { useResource } from "../resources/ResourceContext";
import { may, useWorkspace } from "../shell/WorkspaceContext";

export function RemovePart({ part, onRemoved }: { part: Part; onRemoved(): void }) {
	const { slug, draft, took } = useResource();
	const { api, workspace } = useWorkspace();
	const { message, notification } = App.useApp();
	const remove = useMutation({
		mutationFn: () => removePart(api, slug, part, draft.etag),
		onSuccess: (taken) => {
			took(taken);
			message.success("Removed from the draft");
			onRemoved();
		},
		onError: (error) => {
			const problem = ApiProblem.of(error);
			notification.error({ message: problem.title, description: problem.detail, role: "alert" });
		},
	});
	if (!may(workspace.role, "draft")) return null;
	return (
		<Popconfirm
			title="Remove it from the draft?"
			description="What is published stays as it is."
			okText="Remove"
			okButtonProps={{ danger: true }}
			onConfirm={() => remove.mutate()}
		>
			<Button danger icon={<DeleteOutlined />} loading={remove.isPending}>
				Remove
			</Button>
		</Popconfirm>
	);
}
