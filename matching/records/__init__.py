"""Records of runs, and their comparison with a replay."""
