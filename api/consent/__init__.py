"""Consent of coaches and coachees: the texts, and a record of each consent."""
