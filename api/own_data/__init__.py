"""Data that people enter about themselves: availability and details; leaving a cycle."""
