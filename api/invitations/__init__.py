"""Invitations: what changes on publishing, the outbox, and how its messages are sent."""
