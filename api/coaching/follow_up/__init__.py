"""Follow-ups: questions to completed pairs, months later, about goals and commitments."""
