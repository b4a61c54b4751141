/**
 * An OpenID Connect provider on this machine, for tests: `node oidc-provider.mjs REDIRECT_URI [--claims-in-token]` prints its address.
 * Whoever gives an e-mail is that person; of addresses that begin with `unverified` the provider knows no more than that.
 * It ends when its standard input does, as that of a test that was killed.
 */
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [redirectUri, claimsInToken] = process.argv.slice(2);
const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
	clients: [{ client_id: "fetchcatch", client_secret: "a secret that tests share with it", redirect_uris: [redirectUri] }],
	claims: { openid: ["sub"], email: ["email", "email_verified"] },
	conformIdTokenClaims: claimsInToken !== "--claims-in-token",
	cookies: { keys: ["tests"] },
	features: { devInteractions: { enabled: false } },
	findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: id, email_verified: !id.startsWith("unverified") }) }),
	interactions: { url: (_, { uid }) => `/interaction/${uid}` },
	// The client is ours: nobody is asked whether it may know the e-mail.
	async loadExistingGrant({ oidc }) {
		const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
		grant.addOIDCScope("openid email");
		await grant.save();
		return grant;
	},
	pkce: { required: () => true },
});

const PAGE = `<!doctype html><html lang="en"><title>Provider</title><form method="post">
<label>E-mail <input name="email" type="email" required></label> <button>Sign in</button> <button name="cancel" value="1" formnovalidate>Cancel</button></form>`;

async function interaction(request, response) {
	if (request.method !== "POST") return response.setHeader("content-type", "text/html").end(PAGE);
	let body = "";
	for await (const piece of request) body += piece;
	const form = new URLSearchParams(body);
	const result = form.get("cancel") ? { error: "access_denied" } : { login: { accountId: form.get("email") } };
	return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const answer = provider.callback();
server.on("request", (request, response) => (request.url.startsWith("/interaction/") ? interaction(request, response) : answer(request, response)));
process.stdin.on("end", () => process.exit()).resume();
console.log(issuer);
