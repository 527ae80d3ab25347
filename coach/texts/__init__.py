"""Texts for people: facts, and the renderer that turns them into sentences."""
