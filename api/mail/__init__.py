"""Outgoing mail: composed when its turn comes, delivered by durable jobs, never sent unrecorded.

The subjects register how each kind of mail is composed; see `api.mail_registry`.
"""
