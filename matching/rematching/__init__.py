"""Changes to plans and their effect on people: comparison, moves, and replacement of a coach."""
