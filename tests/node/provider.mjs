// An OpenID Connect provider on the loopback interface, for tests. Arguments: its port, the redirect
// URI after signing in, and the redirect URI after signing out. Any user name is accepted.
import Provider from "oidc-provider";

const [port, redirectUri, signedOutUri] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "coaching",
      client_secret: "a secret of the tests and of nothing else",
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [signedOutUri],
    },
  ],
  cookies: { keys: ["a key of the tests"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: id !== "unverified" }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
