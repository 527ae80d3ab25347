"""A results folder: everything a run gives, as files that need no server to be read."""

from api.results.folder import result_json, write_results

__all__ = ["result_json", "write_results"]
