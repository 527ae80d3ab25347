"""Forms for creating a cycle, and for editing and checking its policy."""
