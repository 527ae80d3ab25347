"""Group events of a cycle: kickoffs, seminars, presentations of plans, and alumni meetings."""
