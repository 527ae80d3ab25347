"""What people enter and decide about themselves: availability, details, leaving a cycle."""
