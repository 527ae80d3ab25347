"""Renders invitations: calendar objects (RFC 5545, 5546) and the emails that contain them."""
