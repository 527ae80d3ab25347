"""Pins, bans and waivers: decisions of managers about single pairs, stored in the policy."""
