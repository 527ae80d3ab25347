"""The form with which the office changes one person's data in a list."""
