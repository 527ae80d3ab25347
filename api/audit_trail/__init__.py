"""The audit trail: events recorded in the transaction of each action, in a chain of seals."""
