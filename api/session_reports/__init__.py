"""Session reports: the shared record, the coach's private note and the coachee's feedback."""
