"""Aides' links, which show aides the times of a coachee's sessions and let them answer."""
