"""Queries about a plan, answered by background jobs: explanations, advice and replacements."""
