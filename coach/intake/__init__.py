"""Parsers for people files and cycle files, which report every fault with its location.

The parsers are pure: they receive decoded text and reference data (`Reference`) from
`api.input_files`, which does the I/O.
"""
