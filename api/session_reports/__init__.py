"""Session reports: the shared record, the sealed note of the coach, the feedback of the coachee."""
