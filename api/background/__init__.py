"""Durable jobs on the database of the application: job types, queues, worker, scheduler."""
