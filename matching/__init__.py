"""The engine: judges pairs by rules, matches and timetables jointly, audits and explains.

Pure like `coach`, which is all it imports of this project.
"""
