"""The engine: evaluates rules, matches and timetables jointly, audits and explains.

Pure, like `coach`, the only package of this project that it imports.
"""
