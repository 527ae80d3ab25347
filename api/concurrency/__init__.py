"""Threads and processes for the engine, which starts none itself (`matching.concurrency`)."""
