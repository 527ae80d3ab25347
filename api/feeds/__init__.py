"""Calendar feeds: addresses from which calendar programs fetch sessions again and again."""
