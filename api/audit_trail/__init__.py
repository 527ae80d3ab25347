"""The audit trail: a chain of sealed events, each stored in the transaction of its action."""
