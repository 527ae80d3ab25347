"""Runs: queued, solved in a child process, stored as draft plans."""
