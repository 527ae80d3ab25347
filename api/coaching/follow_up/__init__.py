"""Follow-ups: questions about goals and commitments, asked months after a pair's completion."""
