"""The audit trail: events appended in the transaction of each action, chained by seals."""
