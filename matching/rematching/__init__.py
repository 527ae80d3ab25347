"""What a change of plan does to people: comparison of results, moves, replacement of a coach."""
