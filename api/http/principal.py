"""The principal: who a request or a transaction acts for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class AccessRole(StrEnum):
    """The role of a principal, which permissions refer to.

    `SYSTEM` is for jobs and for commands on the terminal of the server. No request has it.
    """

    MANAGER = "manager"
    COACH = "coach"
    COACHEE = "coachee"
    AUDITOR = "auditor"
    ANONYMOUS = "nobody"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts, authenticated by which credential.

    Attributes:
        user_id: of a manager or auditor; `None` otherwise.
        person_id: of a coach or coachee in the cycle `cycle_id`; `None` otherwise.
        credential_id: of the cookie, token or link that was presented.
        by_cookie: whether the credential came in a cookie, which browsers send by themselves.
        confirmed_at: when the user of a browser last passed the second factor.
        notes_open: whether the request presents the key of a coach's notebook, the one with the
            number `notebook`.
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
        """Whether this is a programme manager."""
        return self.role is AccessRole.MANAGER

    def recently_authenticated(self, now: datetime, lifetime: timedelta) -> bool:
        """Whether a browser's user has authenticated within `lifetime`.

        True for tokens: they are issued only to a user who has.
        """
        if not self.by_cookie:
            return True
        return self.confirmed_at is not None and now - self.confirmed_at <= lifetime


ANONYMOUS = Principal(AccessRole.ANONYMOUS)
SYSTEM = Principal(AccessRole.SYSTEM)
