import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/**
 * A stack for these tests: the one whose dev.env FETCHCATCH_DEV_ENV names, else one of its own, started from the built program and gone
 * with everything that it made.
 */
export default async function stack(): Promise<(() => Promise<void>) | undefined> {
	const given = process.env.FETCHCATCH_DEV_ENV;
	if (given) {
		read(given);
		return undefined;
	}
	const home = mkdtempSync(join(tmpdir(), "fetchcatch-browser-"));
	const root = resolve(import.meta.dirname, "../..");
	const program = process.env.FETCHCATCH_DEV ?? join(root, "target/debug/dev");
	const port = String(await freePort());
	// A provider beside it, which ends with this process.
	const provider = spawn(process.execPath, ["oidc-provider.mjs", `http://127.0.0.1:${port}/auth/callback`], {
		cwd: import.meta.dirname,
		stdio: ["pipe", "pipe", "ignore"],
	});
	const issuer = (await printed(provider, /^http.*$/m, "the identity provider")).trim();
	const child = spawn(program, ["up"], {
		cwd: root,
		env: {
			...process.env,
			FETCHCATCH_HOME: join(home, "stack"),
			FETCHCATCH_PORT: port,
			OIDC_ISSUER: issuer,
			OIDC_CLIENT_ID: "fetchcatch",
			OIDC_CLIENT_SECRET: "a secret that tests share with it",
		},
		stdio: ["ignore", "pipe", "inherit"],
	});
	const ended = new Promise<void>((done) => child.once("exit", () => done()));
	await printed(child, /^ready.*$/m, "the stack");
	read(join(home, "stack/dev.env"));
	return async () => {
		child.kill("SIGTERM");
		provider.kill();
		await ended;
		rmSync(home, { recursive: true, force: true });
	};
}

/** What a child printed that looks so; one that ends before is a failure. */
function printed(child: ChildProcess, line: RegExp, what: string): Promise<string> {
	return new Promise((found, failed) => {
		let text = "";
		child.stdout?.on("data", (piece: Buffer) => {
			text += piece;
			const match = line.exec(text);
			if (match && text.endsWith("\n")) found(match[0]);
		});
		child.once("error", failed);
		child.once("exit", (code) => failed(new Error(`${what} ended (${code}) before it was ready:\n${text}`)));
	});
}

function read(path: string): void {
	for (const [, name, value] of readFileSync(path, "utf8").matchAll(/^export (\w+)='(.*)'$/gm)) process.env[name ?? ""] = value;
}

function freePort(): Promise<number> {
	return new Promise((found, failed) => {
		const server = createServer().once("error", failed);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => found(typeof address === "object" && address ? address.port : 0));
		});
	});
}
