"""Webhooks: notifications to other programs about events, which contain only ids."""
