"""Aides' links: a coachee has an aide see the times of sessions, and answer for them."""
