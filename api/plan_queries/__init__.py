"""Queries about a plan: explanations, advice, replacements; answered by a background job."""
