"""Timetabling for a single coach: feasible sets of coachees, and the times of their sessions."""
