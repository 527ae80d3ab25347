"""Durable jobs on the programme's own database: what is queued is done once, killed or not."""
