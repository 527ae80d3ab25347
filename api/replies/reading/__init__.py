"""Reads emails that people, calendars and mail servers send. Pure: no clock, files or database."""
