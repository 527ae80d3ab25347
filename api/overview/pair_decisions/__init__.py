"""Pins, bans and waivers: managers' decisions about single pairs, stored in the policy."""
