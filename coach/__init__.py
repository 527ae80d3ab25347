"""The domain of the Gender Coach Programme: people, cycles, sessions, invitations, feedback.

Pure: no input or output, no clock, no unseeded randomness. Imports neither `matching` nor `api`.
"""
