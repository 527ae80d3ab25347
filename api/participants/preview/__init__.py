"""Uploaded lists that are shown to a manager, and confirmed, before they replace earlier ones."""
