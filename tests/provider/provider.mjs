// A real identity provider on loopback. Arguments: its port, and the address to come back to.
// Whoever signs in is taken for who they say they are.
import Provider from "oidc-provider";

const [port, backTo, signedOut] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "coaching",
      client_secret: "a secret of the tests and of nothing else",
      redirect_uris: [backTo],
      post_logout_redirect_uris: [signedOut],
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
