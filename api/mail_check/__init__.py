"""Checks outgoing email: whether a test invitation arrives intact and authenticated."""
