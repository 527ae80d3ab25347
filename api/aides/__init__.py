"""Links through which aides see the times of a coachee's sessions and answer for the coachee."""
