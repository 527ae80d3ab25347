"""Sending mail: the settings of the mail server, and handing one message to it."""
