import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useWorkspace } from "../shell/WorkspaceContext";
import { NewModal } from "../ui/NewModal";
import { type ResourceType, WORDS } from "./model";

export default function CreateModal({ type, onClose }: { type: ResourceType; onClose(): void }) {
	const { workspace, at, resources } = useWorkspace();
	const queries = useQueryClient();
	const navigate = useNavigate();
	const words = WORDS[type];
	const create = useMutation({
		mutationFn: ({ name, slug }: { name: string; slug: string }) => resources[type].create(slug, name.trim()),
		onSuccess: async (made) => {
			await queries.invalidateQueries({ queryKey: [workspace.id, type, "list"] });
			await navigate({ to: `/w/$workspace/${words.path}/$slug`, params: { workspace: at, slug: made.slug } });
		},
	});
	return (
		<NewModal
			what={words.one}
			slugHelp="Addresses and files are named by it; it can't be changed later."
			create={create}
			onClose={onClose}
		/>
	);
}
