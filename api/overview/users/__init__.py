"""Pages and routes for administrators to manage the users of the programme office."""
