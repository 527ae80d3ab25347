"""Consent of coaches and coachees: its texts, who agreed to which version, and when."""
