"""Signing in with an account elsewhere: OpenID Connect, with one provider."""
