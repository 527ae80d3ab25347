"""Session reports: shared record, private note of the coach, feedback of the coachee."""
