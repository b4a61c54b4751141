import { Form, Input, Modal } from "antd";
import { type ReactNode, useState } from "react";
import { SLUG, slugOf } from "../resources/slug";
import { Problem } from "./Problem";

/** Asks for the name of something new, and for the slug, which follows the name until somebody types one of their own. */
export function NewModal<Values extends { name: string; slug: string }>({
	what,
	slugHelp,
	create,
	initialValues,
	children,
	onClose,
}: {
	what: string;
	slugHelp: string;
	create: { mutate(values: Values): void; isPending: boolean; error: unknown };
	initialValues?: Partial<Values>;
	children?: ReactNode;
	onClose(): void;
}) {
	const [form] = Form.useForm();
	const [ownSlug, setOwnSlug] = useState(false);
	return (
		<Modal open title={`New ${what}`} okText="Create" onOk={form.submit} okButtonProps={{ loading: create.isPending }} onCancel={onClose}>
			{create.error ? <Problem error={create.error} kept /> : null}
			<Form
				form={form}
				layout="vertical"
				requiredMark={false}
				initialValues={initialValues}
				onFinish={(values: Values) => create.mutate(values)}
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
					extra={slugHelp}
					rules={[{ required: true, pattern: SLUG, max: 64, message: "Lowercase letters, digits and single dashes, at most 64." }]}
				>
					<Input autoComplete="off" spellCheck={false} />
				</Form.Item>
				{children}
			</Form>
		</Modal>
	);
}
