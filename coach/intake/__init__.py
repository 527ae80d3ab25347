"""Parsers for input files, which report every fault with its location.

The files are people files, cycle files, curriculum modules, instruments and guidance cards. The
parsers are pure: they receive decoded text and reference data from `api`, which does the I/O.
"""
