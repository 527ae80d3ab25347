"""Records of runs, and replaying them."""
