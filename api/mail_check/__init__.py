"""The check of outgoing email: whether a test invitation arrives intact and authenticated."""
