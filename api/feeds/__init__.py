"""Calendar feeds: URLs from which calendar programs regularly fetch sessions and group events."""
