"""Reads input files: people lists, cycle files and earlier results.

This package opens, size-checks and decodes the files; `coach.intake` parses their content.
"""
