"""Parses people files and cycle files into people and a policy, or into a list of located faults.

This is the pure half: it receives decoded text and reference data (`Reference`) and never opens a
file. `api.input_files` does the I/O.
"""
