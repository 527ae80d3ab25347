"""The problem instance: availability, feasible series of sessions, and the fixed history."""
