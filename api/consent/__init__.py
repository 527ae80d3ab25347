"""Consent of coaches and coachees: the texts, and the record of who agreed to them."""
