"""Secret links, one-time codes and email address changes for coaches and coachees."""
