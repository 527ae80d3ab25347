"""The goals and commitments of a pair, and the programme office's view of them."""
