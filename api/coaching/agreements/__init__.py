"""Agreements between coaches and coachees, and the question of whether they suit each other."""
