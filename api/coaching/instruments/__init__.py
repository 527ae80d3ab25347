"""Instruments: who is asked what and when, the answers, and what the office learns of them."""
