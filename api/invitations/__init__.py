"""Invitations: publishing plans, the outbox of messages, and sending them."""
