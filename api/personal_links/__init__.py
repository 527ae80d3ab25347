"""Secret links, one-time codes and email address changes of coaches and coachees."""
