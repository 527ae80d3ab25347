"""Views that combine several subjects: cycle pages, statistics, and the audit trail."""
