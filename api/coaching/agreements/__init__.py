"""The agreement of a coach and a coachee, and the question of fit."""
