"""The form with which the office changes the data of one person of a list."""
