"""Durable jobs in the database of the application: job types, queues, worker, scheduler.

Subjects define their job types in `job.py`; `api.job_types` collects them.
"""
