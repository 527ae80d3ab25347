"""The web: the application, who may do what, and the JSON routes."""
