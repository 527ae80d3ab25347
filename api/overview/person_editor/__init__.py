"""The form that the office uses to change one person's data in a list."""
