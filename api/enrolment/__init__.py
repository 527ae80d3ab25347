"""Enrolment: an open call with applications, and requests to people to enter their own times."""
