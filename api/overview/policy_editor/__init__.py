"""The forms with which a cycle is created, and its policy is edited and checked."""
