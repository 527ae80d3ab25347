"""Webhooks: other programs of the deployment are told when something happens, by ids only."""
