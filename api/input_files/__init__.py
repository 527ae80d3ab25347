"""Input files, uploaded or named on the command line: people lists, cycle files, earlier results.

This package opens, size-checks and decodes the files; `coach.intake` interprets their cells.
"""
