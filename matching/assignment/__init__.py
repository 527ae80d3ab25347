"""Assignment of coachees to coaches: min-cost flow and the restricted master problem."""
