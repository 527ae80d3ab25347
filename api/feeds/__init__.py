"""Calendar feeds: addresses from which calendar programs regularly fetch sessions."""
