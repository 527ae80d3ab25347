"""Accounts of managers and auditors: sign-in, sessions of browsers, tokens, second factors."""
