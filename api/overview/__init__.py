"""What reads across subjects: the page of a cycle, statistics, the audit trail for auditors."""
