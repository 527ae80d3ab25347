"""Instruments: questions to people, their answers, and the office's view of the answers."""
