"""The form with which the office changes the data of one person in a list."""
