"""The people of one cycle: uploaded lists, and the bundled sample."""
