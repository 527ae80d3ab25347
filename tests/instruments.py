"""The built-in instrument that coachees answer after a session."""

from api.input_files.instruments import shipped_instruments
from coach.instruments import Moment

AFTER_SESSION = shipped_instruments()[Moment.AFTER_SESSION]
