"""Views that combine data from several subjects: cycle pages, statistics and the audit trail."""
