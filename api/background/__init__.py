"""Durable jobs in the application's database: job types, queues, worker, scheduler.

Subjects define their job types in `job.py`; `api.job_types` collects them.
"""
