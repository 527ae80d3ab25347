"""The revisions; each can be upgraded and downgraded."""
