"""Invitations as bytes: calendar objects (RFC 5545, 5546) and the mails that carry them."""
