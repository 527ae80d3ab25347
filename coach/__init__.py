"""The domain of the Gender Coach Programme: people, cycles, sessions, invitations, feedback.

The package is pure: it does no I/O, and uses neither a clock nor unseeded randomness. It imports
neither `matching` nor `api`.
"""
