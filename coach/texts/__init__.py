"""What the program has to say: facts, and the one renderer that turns them into sentences."""
