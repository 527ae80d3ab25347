"""Accounts of managers and auditors: sign-in, browser sessions, tokens and second factors."""
