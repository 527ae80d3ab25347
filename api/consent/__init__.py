"""Consent of coaches and coachees: the texts, and who agreed to which version when."""
