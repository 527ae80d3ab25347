"""What pairs are asked months after they have finished, and what became of their commitments."""
