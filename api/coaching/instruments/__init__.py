"""Instruments: questionnaires, people's answers, and the office's view of the answers."""
