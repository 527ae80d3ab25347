"""The audit trail: appended in the transaction of each action, verified row by row."""
