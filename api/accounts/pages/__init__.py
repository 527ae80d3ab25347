"""Pages of sign-in and of the own account."""
