"""Outgoing email, composed immediately before sending and delivered by durable jobs.

Each subject registers composers for its emails; see `api.mail_registry`.
"""
