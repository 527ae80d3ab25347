"""Records of runs, and comparisons of repeated runs with their records."""
