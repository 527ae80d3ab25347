"""A results folder: everything a run gives, as files that can be read without a server."""
