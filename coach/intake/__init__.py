"""From cells of text and a cycle file to people and a policy, or to every fault, located.

The pure half of reading: it gets decoded text and facts of the world (`Reference`) and never opens
a file. The other half is `api.input_files`.
"""
