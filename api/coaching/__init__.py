"""Coaching content: agreements, goals, the curriculum and follow-ups, with one package for each."""
