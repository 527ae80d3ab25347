"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class AccessRole(StrEnum):
    """What somebody is to the server; the table of roles and routes speaks of these.

    `SYSTEM` is the server's own: jobs, and commands on its terminal. No request has it.
    """

    MANAGER = "manager"
    COACH = "coach"
    COACHEE = "coachee"
    AUDITOR = "auditor"
    ANONYMOUS = "nobody"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking, by which credential.

    Attributes:
        user_id: a manager's; `None` for people and nobody.
        person_id: a coach's or coachee's in the cycle `cycle_id`; `None` for managers and nobody.
        credential_id: the cookie, token or link that was shown.
        by_cookie: whether a browser sent the credential by itself.
        confirmed_at: when the user of a browser last showed their second factor.
        notes_open: whether a coach's notes open on the device that asks, namely those in the
            notebook of that number.
    """

    role: AccessRole
    user_id: str | None = None
    person_id: str | None = None
    cycle_id: str | None = None
    credential_id: str | None = None
    by_cookie: bool = False
    notes_open: bool = False
    notebook: int = 1
    confirmed_at: datetime | None = None

    @property
    def is_manager(self) -> bool:
        """Whether a programme manager is asking."""
        return self.role is AccessRole.MANAGER

    def recently_authenticated(self, now: datetime, lifetime: timedelta) -> bool:
        """Whether a browser's user has shown within `lifetime` who they are.

        A program's has: its token was made by a user who had, for just this.
        """
        if not self.by_cookie:
            return True
        return self.confirmed_at is not None and now - self.confirmed_at <= lifetime


ANONYMOUS = Principal(AccessRole.ANONYMOUS)
SYSTEM = Principal(AccessRole.SYSTEM)
