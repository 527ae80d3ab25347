"""Secret links of coaches and coachees, one-time codes, and changing one's own mail address."""
