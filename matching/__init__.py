"""The matching engine: rule evaluation, joint matching and timetabling, explanations and audit.

The package does no I/O. From this project, it imports only `coach`.
"""
