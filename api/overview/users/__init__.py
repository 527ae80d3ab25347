"""Pages and routes with which administrators manage the users of the programme office."""
