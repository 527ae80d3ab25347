"""Principals: the users and people on whose behalf requests and transactions run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from api.http.limits import Limits


class AccessRole(StrEnum):
    """The role of a principal, as used in permissions.

    `SYSTEM` is the role of jobs and of commands run on the server. No request has this role.
    """

    MANAGER = "manager"
    COACH = "coach"
    COACHEE = "coachee"
    AIDE = "aide"  # answers for a coachee, with a link that the coachee has created
    FOLLOW_UP = "follow_up"  # a coach or coachee, with a link that opens follow-ups only
    POST = "post"  # the post that a commitment was handed over to, with a link of its own
    AUDITOR = "auditor"
    ANONYMOUS = "nobody"
    SYSTEM = "system"


class Verification(StrEnum):
    """The method by which the holder of a secret link has verified their identity."""

    LINK = "link"  # by the link alone, where no code can be sent and no PIN or passkey is set
    CODE = "code"  # a one-time code sent by email
    PIN = "PIN"  # where no code can be sent
    CODE_AND_PIN = "code and PIN"
    PASSKEY = "passkey"


class TokenScope(StrEnum):
    """A permitted use of a token. Every token may read."""

    READ = "read"  # cycles, plans, sessions, and the audit trail
    RUN = "run"  # start and cancel runs, ask about plans
    PEOPLE = "people"  # upload people, issue links, publish plans, send and export messages
    ADMINISTRATION = "administration"  # cycles, policies, retention, and tokens


class NotebookState(StrEnum):
    """The state of a notebook on a device that has a key to it."""

    UNLOCKED = "unlocked"
    UNCONFIRMED = "unconfirmed"  # without a second way to unlock it, so no notes can be written
    LEGACY = "legacy"  # encrypted by an earlier version; has to be unlocked again


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """The version of a notebook that a device remembers, and when the device saw it."""

    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class NotesDevice:
    """A coach's device, identified by its key to a notebook.

    Attributes:
        credential_id: the id of the device's credential.
        secret: the key that the device presented; it exists only as long as the request.
        notebook: the number of the coach's notebook.
        seen: the version of the notebook that the device remembers, if any.
    """

    credential_id: str
    secret: str = field(repr=False)
    notebook: int
    state: NotebookState
    seen: SeenVersion | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """A user or person, and the credential that authenticated them.

    Attributes:
        user_id: the id of a manager or auditor; `None` otherwise.
        person_id: the id of a coach or coachee in the cycle `cycle_id`, or of the coachee whom an
            aide answers for, or who has handed over a commitment to a post; `None` otherwise.
        credential_id: the id of the cookie, token or link that was presented.
        by_cookie: whether the credential was sent in a cookie, which browsers attach automatically.
        confirmed_at: the time at which the user last authenticated with all factors that they
            have; `None` if they never did, and for people.
        scopes: the permitted uses of the token; `None` if no token was presented.
        needs_second_factor: whether this is a user who has not set up a second factor yet.
        verification: the method by which the holder of a secret link has verified their identity;
            `None` if they have not done so yet, and for users.
        device_id: the id of the verified device that the request comes from, if any.
        notes_device: the coach's device, if the request presents its key to a notebook.
        limits: the limits of a manager who is not an administrator; `None` for all others.
    """

    role: AccessRole
    user_id: str | None = None
    person_id: str | None = None
    cycle_id: str | None = None
    credential_id: str | None = None
    by_cookie: bool = False
    confirmed_at: datetime | None = None
    verification: Verification | None = None
    device_id: str | None = None
    scopes: frozenset[TokenScope] | None = None
    needs_second_factor: bool = False
    notes_device: NotesDevice | None = None
    limits: Limits | None = None

    @property
    def is_verified(self) -> bool:
        """Whether the principal has verified their identity beyond the link; true for users."""
        return self.person_id is None or self.verification is not None

    @property
    def notes_unlocked(self) -> bool:
        """Whether the request comes from a device on which a notebook of the coach is unlocked."""
        return self.notes_device is not None and self.notes_device.state is NotebookState.UNLOCKED

    @property
    def is_manager(self) -> bool:
        """Whether the principal is a programme manager."""
        return self.role is AccessRole.MANAGER

    @property
    def is_administrator(self) -> bool:
        """Whether the principal is an administrator, who also manages users and sees everything."""
        return self.is_manager and self.limits is None

    @property
    def countries(self) -> frozenset[str] | None:
        """The countries whose people a limited manager may see; `None` means all countries."""
        return None if self.limits is None else self.limits.countries

    def sees_cycle(self, cycle_id: str) -> bool:
        """Return whether the principal's limits, if any, permit access to a cycle."""
        return self.limits is None or self.limits.allow_cycle(cycle_id)

    def sees_country(self, country: str | None) -> bool:
        """Return whether the principal's limits, if any, permit access to people from a country."""
        return self.limits is None or self.limits.allow_country(country)

    def recently_authenticated(self, now: datetime, lifetime: timedelta) -> bool:
        """Return whether the user's last authentication is at most `lifetime` ago.

        Always true for people, whose verification is checked separately.
        """
        if self.user_id is None:
            return True
        return self.confirmed_at is not None and now - self.confirmed_at <= lifetime


ANONYMOUS = Principal(AccessRole.ANONYMOUS)
SYSTEM = Principal(AccessRole.SYSTEM)
