"""Renders invitations as calendar objects (RFC 5545, RFC 5546) and as emails."""
