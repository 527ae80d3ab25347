"""The goals and commitments of a pair, and what the programme office sees of them."""
