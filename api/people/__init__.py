"""The directory of people: one human, one row, across roles and cycles."""
