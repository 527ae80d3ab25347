"""Invitations: publishing a plan, the outbox, and sending its messages."""
