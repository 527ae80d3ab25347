"""Follow-ups: what pairs are asked months after completion about their goals and commitments."""
