"""Coaches' and coachees' consent: the texts, and who agreed to which version when."""
