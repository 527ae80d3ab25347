"""Aides' links, with which an aide sees the times of a coachee's sessions and answers for them."""
