"""Moves individual sessions of a published plan: free times, proposals, and office changes."""
