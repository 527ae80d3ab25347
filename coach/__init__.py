"""The domain of the Gender Coach Programme: people, cycles, sessions and what is said of them.

Pure: no input or output, no clock, no unseeded randomness. Imports neither `matching` nor `api`.
"""
