"""The check of outgoing email: whether a test invitation arrives as one, and is authenticated."""
