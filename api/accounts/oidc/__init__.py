"""Sign-in with an account at an identity provider (OpenID Connect)."""
