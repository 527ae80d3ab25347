"""The directory of people: one human, one row, over roles and cycles."""
