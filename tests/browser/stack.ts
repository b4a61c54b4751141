import { spawn } from "node:child_process";
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
	const child = spawn(program, ["up"], {
		cwd: root,
		env: { ...process.env, FETCHCATCH_HOME: join(home, "stack"), FETCHCATCH_PORT: String(await freePort()) },
		stdio: ["ignore", "pipe", "inherit"],
	});
	const ended = new Promise<void>((done) => child.once("exit", () => done()));
	await new Promise<void>((ready, failed) => {
		let printed = "";
		child.stdout.on("data", (piece: Buffer) => {
			printed += piece;
			if (/^ready/m.test(printed)) ready();
		});
		child.once("error", failed);
		child.once("exit", (code) => failed(new Error(`the stack ended (${code}) before it was ready:\n${printed}`)));
	});
	read(join(home, "stack/dev.env"));
	return async () => {
		child.kill("SIGTERM");
		await ended;
		rmSync(home, { recursive: true, force: true });
	};
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
