"""The people in a cycle: uploaded lists, and the sample lists."""
