"""Aides' links, which let aides see the times of a coachee's sessions and answer for them."""
