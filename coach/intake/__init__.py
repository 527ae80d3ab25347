"""Reading of people files and cycle files: to people and a policy, or to all located faults.

The pure half of reading: it receives decoded text and reference data (`Reference`) and never opens
a file. The other half is `api.input_files`.
"""
