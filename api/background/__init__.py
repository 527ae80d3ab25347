"""Durable jobs in the application's database: job types, queues, worker, scheduler.

Each subject defines its job types in `job.py`; `api.job_types` collects them.
"""
