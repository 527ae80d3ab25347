"""Follow-ups: questions to pairs, months after completion, about their goals and commitments."""
