export function Logo() {
	return (
		<span className="logo">
			<img src="/icon.svg" alt="" width={24} height={24} />
			FetchCatch
		</span>
	);
}
