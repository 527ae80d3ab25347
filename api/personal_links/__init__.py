"""Secret links of coaches and coachees, one-time codes, and the change of an address."""
