"""The matching engine: rule evaluation, joint matching and timetabling, explanations and audit.

The package does no I/O. Of this project, it imports only `coach`.
"""
