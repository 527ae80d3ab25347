"""The audit trail: a chain of sealed events, recorded in the transactions of the actions."""
