"""Outgoing email: composed just before it is sent, and delivered by durable jobs.

The subjects register how each kind of email is composed; see `api.mail_registry`.
"""
