"""The directory of people, with one row for each human across roles and cycles."""
