"""Coaches' and coachees' secret links, one-time codes, and changes of their own email address."""
