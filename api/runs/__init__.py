"""Runs of the engine: queued, solved in a child process, and stored as draft plans."""
