"""Guidance cards: a coach's duties in a country when somebody discloses harm."""
