import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Form, Input, Modal } from "antd";
import { useState } from "react";
import { useWorkspace } from "../shell/WorkspaceContext";
import { Problem } from "../ui/Problem";
import { type ResourceType, WORDS } from "./model";
import { SLUG, slugOf } from "./slug";

export default function CreateModal({ type, onClose }: { type: ResourceType; onClose(): void }) {
	const { workspace, at, resources } = useWorkspace();
	const queries = useQueryClient();
	const navigate = useNavigate();
	const [form] = Form.useForm<{ name: string; slug: string }>();
	const [ownSlug, setOwnSlug] = useState(false);
	const words = WORDS[type];
	const create = useMutation({
		mutationFn: ({ name, slug }: { name: string; slug: string }) => resources[type].create(slug, name.trim()),
		onSuccess: async (made) => {
			await queries.invalidateQueries({ queryKey: [workspace.id, type, "list"] });
			await navigate({ to: `/w/$workspace/${words.path}/$slug`, params: { workspace: at, slug: made.slug } });
		},
	});
	return (
		<Modal
			open
			title={`New ${words.one}`}
			okText="Create"
			onOk={form.submit}
			okButtonProps={{ loading: create.isPending }}
			onCancel={onClose}
		>
			{create.error && <Problem error={create.error} kept />}
			<Form
				form={form}
				layout="vertical"
				requiredMark={false}
				onFinish={(values) => create.mutate(values)}
				onValuesChange={(changed) => {
					if ("slug" in changed) setOwnSlug(true);
					else if (!ownSlug && "name" in changed) form.setFieldValue("slug", slugOf(changed.name ?? ""));
				}}
			>
				<Form.Item label="Name" name="name" rules={[{ required: true, whitespace: true, message: "Give it a name." }]}>
					<Input autoFocus autoComplete="off" />
				</Form.Item>
				<Form.Item
					label="Slug"
					name="slug"
					extra="Addresses and files are named by it; it can't be changed later."
					rules={[{ required: true, pattern: SLUG, max: 64, message: "Lowercase letters, digits and single dashes, at most 64." }]}
				>
					<Input autoComplete="off" spellCheck={false} />
				</Form.Item>
			</Form>
		</Modal>
	);
}
