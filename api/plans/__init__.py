"""Plans: reading, downloading and comparing them."""
