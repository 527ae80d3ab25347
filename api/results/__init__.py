"""Results folders: everything that a run produces, as files that can be read without a server."""
