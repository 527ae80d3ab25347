"""Pins, bans and waivers: what managers decide about single pairs, as parts of the policy."""
