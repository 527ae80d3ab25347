"""Changes of plan and their effect on people: comparison, moves, replacement of a coach."""
