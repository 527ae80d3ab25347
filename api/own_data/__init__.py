"""Data that people enter about themselves (availability and details), and leaving a cycle."""
