"""The use case of a person's home page: their sessions and whether they have consented."""

from __future__ import annotations

from dataclasses import dataclass

from api.consent.service import consent_status
from api.consent.texts import consent_texts
from api.http.principal import Principal
from api.services import Services
from api.sessions.schedule import PersonSchedule, person_schedule


@dataclass(frozen=True, slots=True)
class PersonHome:
    """A person's sessions, and whether they have accepted the current terms."""

    schedule: PersonSchedule
    terms_accepted: bool


def read_person_home(services: Services, principal: Principal) -> PersonHome:
    """Read the contents of the principal's home page.

    Raises:
        NotFoundError: `principal` is not a participant in a cycle.
    """
    texts = consent_texts(services.settings.consent_texts)
    with services.database.reading() as tx:
        schedule = person_schedule(tx, principal.person_id or "")
        status = consent_status(tx, texts, schedule.person.id)
    return PersonHome(schedule, terms_accepted=status.accepted_at is not None)
