"""The migrations; each goes up and back."""
