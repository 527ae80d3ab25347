"""Webhooks: notify other programs when something happens, by ids only."""
