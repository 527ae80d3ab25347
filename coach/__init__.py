"""The domain of the Gender Coach Programme: people, cycles, sessions, invitations, feedback.

Pure code: no I/O, no clock, no unseeded randomness. Imports neither `matching` nor `api`.
"""
