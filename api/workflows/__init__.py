"""What can be done: each a plain function in one transaction, called by JSON routes and pages.

The first argument is always the transaction, which the caller opens and commits; `now` is aware.
"""
