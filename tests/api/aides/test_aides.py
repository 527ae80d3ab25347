"""An aide answers for a coachee using a separate link, and sees only times."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select, text

from api.accounts.credentials import revoke_credential, sha256_of
from api.accounts.rows import CredentialKind, CredentialRow
from api.aides import answers, links
from api.aides.answers import AideReply
from api.aides.links import MAX_AIDES, AideName, NewAideLink, authenticate_aide
from api.aides.mail_composer import compose_aide_notice
from api.app import PERMISSIONS
from api.audit_trail.rows import AuditRow
from api.data_protection import subject_access
from api.data_protection.erase_people import erase_people
from api.http.authentication import PresentedSecret, SecretSource
from api.http.permissions import AIDE, EVERYBODY
from api.http.principal import AccessRole, Principal
from api.http.urls import API
from api.mail.rows import MailKind, MailRow
from api.overview.audit_entries import AuditFilter, list_entries
from api.participants.rows import PersonRow
from api.sessions.rows import SessionRow
from api.sessions.schedule import person_schedule
from coach.errors import ConflictError, NotFoundError
from coach.sessions import Reply

if TYPE_CHECKING:
    from datetime import datetime

    from conftest import World

    from api.services import Services

OFFICE = AideName(label="Major's office")
ACCEPTED, DECLINED = AideReply(reply=Reply.ACCEPTED), AideReply(reply=Reply.DECLINED)


class Commander:
    """A coachee with sessions, and their aide, on a server that sends email."""

    def __init__(self, world: World) -> None:
        self.world, self.cycle_id = world, world.cycle()
        world.published(self.cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
        self.principal = self.coachee("C-1")
        self.person_id = self.principal.person_id or ""
        self.services = world.services_with_mail()
        self.new = self.another()
        self.aide = self.presents(self.new)
        self.session_id = answers.read_times(self.services, self.aide).times[0].id

    def coachee(self, code: str) -> Principal:
        link = self.world.link(self.cycle_id, code)
        person_id = self.world.person_id(self.cycle_id, code)
        return Principal(AccessRole.COACHEE, person_id=person_id, credential_id=link.id)

    def another(self, services: Services | None = None) -> NewAideLink:
        return links.create_aide(services or self.services, self.principal, OFFICE)

    def authenticated(self, new: NewAideLink, now: datetime | None = None) -> Principal | None:
        secret = PresentedSecret(new.address.rpartition("/")[2], SecretSource.PATH)
        moment = now or self.services.now()
        with self.services.database.reading() as tx:
            return authenticate_aide(tx, secret, self.services.settings, moment)

    def presents(self, new: NewAideLink) -> Principal:
        principal = self.authenticated(new)
        assert principal is not None
        return principal

    def answers(self, given: AideReply) -> None:
        services = self.services.on_behalf_of(lambda: self.aide)
        answers.answer(services, self.aide, self.session_id, given)

    def mails(self) -> list[str]:
        """Return the subject and text of each notice about the aide."""
        with self.world.database.reading() as tx:
            rows = tx.scalars(select(MailRow).where(MailRow.kind == MailKind.AIDE_NOTICE)).all()
            composed = [compose_aide_notice(tx, self.services, row) for row in rows]
        mails = [message_from_bytes(one.content, policy=policy.default) for one in composed if one]
        return [f"{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}" for mail in mails]


@pytest.fixture
def commander(world: World) -> Commander:
    return Commander(world)


def test_aide_sees_times_and_nothing_else(commander: Commander, client: httpx.Client) -> None:
    with commander.world.database.writing() as tx:
        session = tx.get_one(SessionRow, commander.session_id)
        session.place, session.topic = "Building 7", "Delegation"
    path = commander.new.address.partition("/aide/")[2]
    bearer = {"Authorization": f"Bearer {path}"}
    listed = client.get(f"{API}/aide/times", headers=bearer).json()
    assert listed["label"] == "Major's office"
    assert set(listed["times"][0]) == {
        *("id", "start", "end", "timezone", "cancelled", "can_move", "reply"),
        *("own_proposal", "other_proposal"),
    }
    page = client.get(f"/aide/{path}").text
    assert "Major&#39;s office" in page
    for hidden in ("Coach 1", "Coachee 1", "Building 7", "Delegation", "K-1", "C-1", "oaching"):
        assert hidden not in page
    with commander.world.database.reading() as tx:
        own = {one.id for one in person_schedule(tx, commander.person_id).sessions}
    assert {one["id"] for one in listed["times"]} == own


def test_answer_is_stored_told_to_the_coachee_and_recorded_as_the_aides(
    commander: Commander,
) -> None:
    commander.answers(DECLINED)
    commander.answers(DECLINED)
    commander.answers(ACCEPTED)
    with commander.world.database.reading() as tx:
        (session,) = [
            one
            for one in person_schedule(tx, commander.person_id).sessions
            if one.id == commander.session_id
        ]
        query = select(AuditRow.role, AuditRow.actor_id, AuditRow.detail)
        events = tx.execute(query.where(AuditRow.action == "session declined")).all()
    assert session.coachee_reply is Reply.ACCEPTED
    assert {(one.role, one.actor_id) for one in events} == {("aide", commander.person_id)}
    by = {"credential": commander.new.aide.id, "issued_by": "coachee", "verified_by": "link"}
    assert events[0].detail == by
    mails = commander.mails()
    assert len(mails) == 3, "the second refusal changed nothing"
    texts = "\n".join(mails)
    assert "A link for an aide was created" in texts
    assert "Major's office declined your session on" in texts
    assert "Major's office accepted your session on" in texts


def test_auditor_sees_an_aides_coachee_by_pseudonym(commander: Commander) -> None:
    commander.answers(ACCEPTED)
    filters = AuditFilter(action="session accepted")
    auditor = Principal(AccessRole.AUDITOR, user_id="0" * 20)
    (entry,) = list_entries(commander.services, auditor, filters)
    assert entry.role == "aide"
    assert entry.actor_id == commander.services.keyring.pseudonym(commander.person_id)


def test_aide_answers_for_one_coachee_only(commander: Commander) -> None:
    other = commander.coachee("C-2")
    with commander.world.database.reading() as tx:
        foreign = person_schedule(tx, other.person_id or "").sessions[0].id
    with pytest.raises(NotFoundError):
        answers.answer(commander.services, commander.aide, foreign, ACCEPTED)
    with pytest.raises(NotFoundError):
        links.end_aide(commander.services, other, commander.new.aide.id)
    with pytest.raises(NotFoundError):
        links.end_aide(commander.services, other, other.credential_id or "")


def test_too_many_changed_answers_are_refused(commander: Commander) -> None:
    for _ in range(24):
        commander.answers(DECLINED)
        commander.answers(ACCEPTED)
    commander.answers(DECLINED)
    with pytest.raises(ConflictError, match="too many replies"):
        commander.answers(ACCEPTED)


def test_link_ends_by_one_press_with_a_new_link_with_the_cycle_and_when_altered(
    commander: Commander,
) -> None:
    first, second, third = commander.new, commander.another(), commander.another()
    links.end_aide(commander.services, commander.principal, first.aide.id)
    assert commander.authenticated(first) is None
    assert commander.authenticated(second) is not None
    assert commander.authenticated(second, second.aide.expires_at) is None
    with commander.world.database.writing() as tx:
        altered = text("UPDATE credentials SET label = 'Somebody else' WHERE id = :id")
        tx.execute(altered, {"id": third.aide.id})
    assert commander.authenticated(third) is None
    commander.world.link(commander.cycle_id, "C-1")
    assert commander.authenticated(second) is None
    assert links.read_aides(commander.services, commander.principal) == ()


def test_link_ends_when_the_coachee_leaves(commander: Commander) -> None:
    with commander.world.database.writing() as tx:
        tx.get_one(PersonRow, commander.person_id).left_at = commander.services.now()
    assert commander.authenticated(commander.new) is None


def test_link_ends_when_the_office_ends_the_coachees_link(commander: Commander) -> None:
    office = Principal(AccessRole.MANAGER)
    services = commander.services.on_behalf_of(lambda: office)
    revoke_credential(services, office, commander.principal.credential_id or "")
    assert commander.authenticated(commander.new) is None


def test_no_link_is_created_beyond_the_limit_or_after_the_cycle(commander: Commander) -> None:
    later = replace(commander.services, now=lambda: commander.new.aide.expires_at)
    with pytest.raises(ConflictError, match="cycle is over"):
        commander.another(later)
    for _ in range(MAX_AIDES - 1):
        commander.another()
    with pytest.raises(ConflictError, match="already have 5"):
        commander.another()


def test_aides_link_opens_no_other_page_feed_or_file(
    commander: Commander, client: httpx.Client
) -> None:
    """These are examples; `test_permissions` calls every route as an aide."""
    path = commander.new.address.partition("/aide/")[2]
    device = commander.world.device_key(commander.cycle_id, "C-1")
    bearer = {"Authorization": f"Bearer {path}", "X-Device-Key": device}
    session = f"/sessions/{commander.session_id}"
    for address in ("", "/details", "/aides", "/calendar", "/consent", "/address", session):
        assert client.get(f"/p/{path}{address}").status_code == HTTPStatus.FORBIDDEN
    for address in ("/me", "/me/data", "/me/sessions", "/me/aides", "/me/feed", session):
        answer = client.get(f"{API}{address}", headers=bearer)
        assert answer.status_code == HTTPStatus.FORBIDDEN
    assert client.get(f"/feeds/{path}.ics").status_code == HTTPStatus.NOT_FOUND
    own = commander.world.link(commander.cycle_id, "C-1").secret
    assert client.get(f"/aide/{own}").status_code == HTTPStatus.FORBIDDEN
    for secret in ("x", path):
        assert client.get(f"/aide/{secret}").status_code == HTTPStatus.NOT_FOUND


def test_aides_can_call_only_the_listed_routes() -> None:
    """Add new routes for aides here; each must accept only sessions of the aide's coachee."""
    of_aides = {
        f"{method} {path}"
        for (method, path), permission in PERMISSIONS.items()
        if permission.roles & AIDE and permission.roles != EVERYBODY
    }
    assert of_aides == {
        f"GET {API}/aide/times",
        f"PUT {API}/aide/times/{{session_id}}/reply",
        f"GET {API}/aide/times/{{session_id}}/another-time",
        f"POST {API}/aide/times/{{session_id}}/proposals",
        f"POST {API}/aide/times/{{session_id}}/proposals/{{proposal_id}}/decision",
        "GET /aide/{link}",
        "POST /aide/{link}/times/{session_id}/reply",
        "GET /aide/{link}/times/{session_id}/another-time",
        "POST /aide/{link}/times/{session_id}/another-time",
        "POST /aide/{link}/times/{session_id}/another-time/decision",
    }


def test_export_names_aides_and_erasure_deletes_them(commander: Commander) -> None:
    report = subject_access.export_person(commander.services, commander.person_id)
    assert [(one.id, one.label) for one in report.aides] == [
        (commander.new.aide.id, "Major's office")
    ]
    with commander.world.database.writing() as tx:
        later = commander.services.now() + timedelta(days=900)
        erase_people(tx, commander.cycle_id, PersonRow.id == commander.person_id, now=later)
        found = tx.scalars(select(CredentialRow.kind).where(CredentialRow.label != "")).all()
    assert CredentialKind.AIDE not in found


def test_secret_is_stored_as_its_hash_alone(commander: Commander) -> None:
    secret = commander.new.address.rpartition("/")[2]
    with commander.world.database.reading() as tx:
        row = tx.get_one(CredentialRow, commander.new.aide.id)
        stored = [str(value) for value in vars(row).values()]
    assert sha256_of(secret) in stored
    assert not any(secret in value for value in stored)
