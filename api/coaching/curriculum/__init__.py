"""The curriculum: the modules of a deployment, and which of them pairs plan and have covered."""
