"""Guidance cards: what coaches in a country must do when somebody discloses harm."""
