"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AccessRole(StrEnum):
    """What somebody is to the server; the table of roles and routes speaks of these.

    `SYSTEM` is the server's own: jobs, and commands on its terminal. No request has it.
    """

    MANAGER = "manager"
    COACH = "coach"
    COACHEE = "coachee"
    AUDITOR = "auditor"
    NOBODY = "nobody"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking, by which credential.

    Attributes:
        user_id: a manager's; `None` for people and nobody.
        person_id: a coach's or coachee's in the cycle `cycle_id`; `None` for managers and nobody.
        credential_id: the cookie, token or link that was shown.
        by_cookie: whether a browser sent the credential by itself.
        notes_open: whether a coach's notes open on the device that asks.
    """

    role: AccessRole
    user_id: str | None = None
    person_id: str | None = None
    cycle_id: str | None = None
    credential_id: str | None = None
    by_cookie: bool = False
    notes_open: bool = False

    @property
    def is_manager(self) -> bool:
        """Whether a programme manager is asking."""
        return self.role is AccessRole.MANAGER


NOBODY = Viewer(AccessRole.NOBODY)
SYSTEM = Viewer(AccessRole.SYSTEM)
