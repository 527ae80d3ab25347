"""All text on pages comes from the catalogues, as every page in the pseudo-locale shows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select

from api.accounts import users
from api.accounts.credentials import credential_row
from api.accounts.oidc.settings import IdentityProvider
from api.accounts.rows import CredentialKind, PasskeyRow, UserRow
from api.app import PERMISSIONS
from api.coaching.agreements.rows import AgreementRow, FollowUpRow
from api.coaching.agreements.texts import applied_texts
from api.coaching.curriculum.catalogue import modules_of_software
from api.coaching.follow_up.rows import PostQuestionRow
from api.coaching.goals.rows import CommitmentRow, GoalRow
from api.consent.texts import consent_texts
from api.database.types import new_id
from api.http.principal import AccessRole, Principal, Verification
from api.http.urls import API
from api.input_files.cycle_inputs import parse_inputs
from api.input_files.source import NamedFile
from api.organisation import TERRITORIES, Organisation
from api.participants.rows import PersonRow, Side
from api.personal_links import links
from api.personal_links.follow_up_links import add_post_link, ensure_follow_up_link
from api.personal_links.rows import PersonPasskeyRow
from api.personal_links.verified_devices import issue_device
from api.replies.reading.incoming_mail import MailType
from api.replies.rows import IncomingMailRow, IncomingState, MailOrigin, Reason
from api.session_reports.rows import NotebookRow
from api.sessions.rows import SessionRow
from api.settings import Settings
from coach.agreements import AgreementState, ClosedAs
from coach.commitments import CommitmentState
from coach.goals import GoalState
from coach.intake.columns import COLUMNS
from coach.people import Coach
from tests.api.every_page import (
    OWN,
    SAMPLE,
    Walk,
    see_early_ends,
    see_follow_ups,
    see_legacy_notebook,
    start_notebook_by_code,
    walk_through_sample_cycle,
)
from tests.api.kept_forms import forms_of, unexplained
from tests.mail_server import mail_server
from tests.pseudo import LANGUAGE, unaccented_in_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import SharedServer, World

    from coach.people import Coachee
    from tests.mail_server import MailServer

ISSUER = "http://127.0.0.1:9"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
NO_PAGES = {  # routes for programs, files, and redirects
    *("/healthz", "/readyz", "/metrics", "/static/{name}"),
    *("/feeds/{feed_secret}.ics", "/p/{link}/calendar/all.ics"),
    *("/guidance/template.toml", "/guidance/{country}/card.toml"),
    "/cycles/{cycle_id}/messages/{mail_id}/html",  # read in test_pseudo_mails.py
    *("/p/{link}/sessions/{session_id}/invitation.ics", "/plans/{plan_id}/schedule.xlsx"),
    "/p/{link}/events/{invitation_id}/invitation.ics",
    *(
        "/account/provider",
        "/confirm/provider",
        "/account/confirm/provider",
        "/sign-out/provider",
        "/questions/{question_id}",
    ),
}
ENTERED = {
    *("manager", "HR export", "Any topic", "Any words", "Any Thursday", "Any reason", "Any aide"),
    *("Resistance", "Any hall", "Another hall", "On leave"),
    *("Xyz 9", "Any Name", "mon-0910"),
    *("Any purpose", "Any goal", "Any less", "Any result", "Any more", "Any figure"),
    *("Any number", "Any post", "Any title", "Any unit", "Any office", "Any reference"),
    *("cuont", "nowhere", "short", "perhaps", "ZZ"),
    *("label", "days", "signed_out", "reply", "country", "availability", "Mon 09:00-25:00"),
    "Firefox, Windows",
    *("[sessions]", "'count'", "sessions.cuont", "Blue key", "Phone"),
}
"""Values that the walk enters, and the names of fields in error messages."""


_WORD = "Đorđević"
_MISREAD = _WORD.encode("windows-1250").decode("windows-1251")
COLUMN_NAMES = {column.name for columns in COLUMNS.values() for column in columns}
CYCLE_FILE = {" ".join((SAMPLE / "cycle.toml").read_text(encoding="utf-8").split())}
OF_SHORT_LIST = {*COLUMN_NAMES, "coachees", "Albania"}
WEEK = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
OBJECTIVES = {one.text["en"] for one in modules_of_software()["B1"].objectives}
DATA_OF_PAGES = {
    "API, a subject": {"runs"},
    "policy": {"bs", "cnr", "hr", "sr", *WEEK},
    "policy, nothing changed": {"bs", "cnr", "hr", "sr", *WEEK},
    "policy, checked": {"prefer", "different"},
    "policy, form too late": {"prefer", "different"},
    **dict.fromkeys(("person to edit", "person, late"), WEEK),
    "list, encoding": {"windows", _WORD, _MISREAD},
    "list, columns": {*COLUMN_NAMES, "Ana", _WORD},
    "list, faulty": COLUMN_NAMES,
    **dict.fromkeys(("short list", "short list, confirm", "list, changed since"), OF_SHORT_LIST),
    **dict.fromkeys(("cycle file to edit", "edited cycle file, late"), CYCLE_FILE),
    "edited cycle file, faulty": {"[cycle] start = 1"},
    "audit": {"head", "main", "A"},
    **dict.fromkeys(("module", "module, not deleted"), OBJECTIVES),
    "check of email, received": {"Return", "Path", "SPF", "DKIM", "DMARC"},
    "check of email, no source": {"label"},
    "error 422": {"query"},
    "rules": {"Leadership"},
    "rules of the cycle": {"Leadership"},
    "reply, unknown": {"form", "accepted", "declined"},
    "token, invalid": {"form"},
    "details of the coach": {"Mon", "Fri"},
    "details of the coachee": {"Mon", "Wed"},
    "details, no times": {"Mon", "Wed"},
    "details, unknown time": {"Mon", "Wed"},
    "details, saved": {"Mon"},
    "calendar, refused": {"Mon"},
    "call, no proof": {"Mon"},
    "call, faulty": {"Mon"},
    "enrolment, application": {"Mon", "Besa", "Shembul"},
    "enrolment, requested": {"A"},
    "leave, not decided": {"form", "leave"},
    "lists, without columns": {"name", "email", "languages", "role", "capacity"},
}
"""Data on single pages: stored ids, and the names of columns, form fields and their values."""


@pytest.fixture(scope="module")
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def shared_settings(mails: MailServer) -> dict[str, object]:
    """Return settings with a worker, email, passkeys and a provider, in the pseudo-locale."""
    return {
        "language": LANGUAGE,
        "worker": True,
        "mail": mails.settings,
        "public_url": "http://localhost:8000",  # passkeys need a host name
        "oidc": IdentityProvider(issuer=ISSUER, client_id="office"),
    }


@pytest.fixture(scope="module")
def walk(shared: SharedServer, mails: MailServer) -> Walk:
    base = str(shared.client.base_url)
    walk = walk_through_sample_cycle(base, shared.world.sign_in_secret(factor=False), mails)
    cycle = next(path for path in walk.paths if re.fullmatch(r"/cycles/\w{20}", path))

    def old_device(coach: str) -> str:
        return shared.world.device_key(cycle.rpartition("/")[2], coach, ago=timedelta(hours=3))

    with httpx.Client(base_url=base, headers=OWN, timeout=60) as browser:
        shared.world.sign_in(browser)
        walk.browser = browser
        start_notebook_by_code(walk, cycle, old_device)
        see_early_ends(walk, cycle)
        see_legacy_notebook(
            walk, cycle, old_device, lambda coach: legacy_device(shared.world, coach)
        )
        see_follow_ups(walk, cycle, *questions_after_cycle(shared.world))
    return walk


def legacy_device(world: World, person_id: str) -> str:
    """Give a coach a notebook of an earlier version; return the key of its device."""
    secret, now = f"device of {person_id}", datetime.now(UTC)
    with world.database.writing() as tx:
        notebook = NotebookRow(
            person_id=person_id, number=1, created_at=now, confirmed_at=now, recovery_sha256="x"
        )
        owner = {"person_id": person_id, "id": new_id(), "label": "1"}
        until = now + timedelta(days=9)
        tx.add_all([notebook, credential_row(CredentialKind.NOTES, secret, now, until, **owner)])
    return secret


def questions_after_cycle(world: World) -> tuple[str, str, str]:
    """Complete a pair, and ask its coachee and a post; return their links and a device key."""
    now, keyring = world.services.now(), world.services.keyring
    today, until = now.date(), now + timedelta(days=30)
    with world.database.writing() as tx:
        agreement = tx.scalars(select(AgreementRow)).one()
        agreement.state, agreement.closed_as = AgreementState.CLOSED, ClosedAs.COMPLETED
        agreement.closed_at = now - timedelta(days=90)
        person = agreement.coachee_id
        asked = {"cycle_id": agreement.cycle_id, "person_id": person, "until": until.date()}
        for month, due, answered in ((3, -30, now), (6, -1, None), (12, 9, None)):
            day = today + timedelta(days=due)
            one = {"side": Side.COACHEE, "month": month, "due": day, "answered_at": answered}
            tx.add(FollowUpRow(agreement_id=agreement.id, **one, **asked))
        tx.scalars(select(GoalRow)).one().state = GoalState.UNDER_WAY
        commitment = tx.scalars(select(CommitmentRow)).one()
        commitment.state = CommitmentState.UNDER_WAY
        link = ensure_follow_up_link(tx, keyring, person, until=until, now=now)
        post = add_post_link(tx, keyring, person, until=until, now=now)
        question = {"commitment_id": commitment.id, "credential_id": post.id, "due": today}
        contact = {"post": "Any post", "address": "post@example.org", "evidence": []}
        tx.add(PostQuestionRow(**question, **contact, **asked))
        holder = Principal(AccessRole.FOLLOW_UP, person_id=person, credential_id=link.id)
        device = issue_device(tx, holder, Verification.CODE, "", remember=True, now=now)
        return keyring.link_secret(link.id), keyring.link_secret(post.id), device.secret


def sign_in_by_every_means(world: World) -> None:
    """Give the manager a password, a second factor, passkeys and a linked provider account."""
    with world.database.writing() as tx:
        user = tx.get_one(UserRow, users.ensure_manager(tx, "manager", now=NOW))
        user.password_hash, user.totp_sealed = "x", b"x"
        users.link_user(tx, user.id, users.ProviderLink(issuer=ISSUER, subject="1"))
        for name, used in (("Phone", None), ("Blue key", NOW)):
            tx.add(
                PasskeyRow(
                    user_id=user.id,
                    credential_id=name,
                    public_key=b"x",
                    sign_count=0,
                    name=name,
                    created_at=NOW,
                    last_used_at=used,
                )
            )


def link_of_person_with_passkeys(world: World) -> str:
    """Give a person a passkey, and return the secret of a new link to their pages."""
    with world.database.writing() as tx:
        person = tx.scalars(select(PersonRow).where(PersonRow.left_at.is_(None))).first()
        assert person is not None
        tx.add(
            PersonPasskeyRow(
                person_id=person.id,
                credential_id="AAAA",
                public_key=b"x",
                sign_count=0,
                name="Phone",
                created_at=NOW,
            )
        )
        keyring = world.services.keyring
        grace = timedelta(days=60)
        return links.issue_link(tx, keyring, person.id, now=NOW, grace=grace).secret


def known_data() -> set[str]:
    """Return texts that are data: from the sample's files, the settings, consent and agreements."""
    files = ("cycle.toml", "coachees.xlsx", "coaches.csv")
    lists = parse_inputs(*(NamedFile(name, (SAMPLE / name).read_bytes()) for name in files))
    people = (*lists.roster.coachees, *lists.roster.coaches)
    written = {lists.cycle.cycle.name, Organisation().organiser_name} | ENTERED
    for person in people:
        written |= words_of(person)
    for by_language in TERRITORIES.values():
        written |= {text for one in by_language.values() for text in (one.name, one.footnote)}
    texts = applied_texts(Settings()).values()
    written |= {document.version for document in texts}
    for document in (*consent_texts(Settings()).values(), *texts):
        written |= {text for part in document.parts for text in (part.heading, *part.paragraphs)}
    return written - {""}


def words_of(person: Coachee | Coach) -> set[str]:
    chain = person.chain_of_command if isinstance(person, Coach) else ()
    return {person.name, person.unit, person.country, *person.topics, *chain}


@pytest.mark.slow
def test_all_text_of_pages_comes_from_the_catalogues_or_is_data(walk: Walk) -> None:
    data = known_data()
    found = {
        name: unaccented_in_page(page, data | DATA_OF_PAGES.get(name, set()))
        for name, page in walk.pages.items()
    }
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_each_form_with_texts_keeps_them_until_they_are_sent_or_is_listed(walk: Walk) -> None:
    assert unexplained(walk.pages) == {}
    forms = [form for page in walk.pages.values() for form in forms_of(page)]
    assert [form for form in forms if form.keeps_all and form.secrets] == []


def test_all_text_comes_from_the_catalogues_with_passkeys_and_a_provider(
    shared: SharedServer, walk: Walk
) -> None:
    sign_in_by_every_means(shared.world)
    with httpx.Client(base_url=shared.client.base_url, headers=OWN, timeout=60) as browser:
        shared.world.sign_in(browser)
        for name, address in (
            ("account", "/account"),
            ("confirm", "/confirm"),
            ("confirm a change", "/account/confirm"),
        ):
            page = browser.get(address).text
            assert unaccented_in_page(page, known_data()) == []
            assert page != walk.pages[name]
        home = f"/p/{link_of_person_with_passkeys(shared.world)}"
        page = browser.get(f"{home}/verify").text
        assert "data-form" in page
        assert unaccented_in_page(page, known_data()) == []


def receive_emails_of_all_kinds(world: World) -> None:
    """Record incoming emails with every reason, in each of three states."""
    with world.database.writing() as tx:
        session = tx.scalars(select(SessionRow)).first()
        assert session is not None
        for number, reason in enumerate(Reason):
            for state in (IncomingState.HELD, IncomingState.USED, IncomingState.IGNORED):
                tx.add(
                    IncomingMailRow(
                        digest=f"{number} {state}",
                        origin=MailOrigin.MAILBOX,
                        received_at=NOW,
                        type=MailType.WRITTEN,
                        state=state,
                        reason=reason,
                        cycle_id=session.cycle_id,
                        person_id=session.coach_id,
                        session_id=session.id,
                        sender="a@example.org",
                        aide="b@example.org",
                        other_address="c@example.org",
                        subject="Any words",
                        text="Any words",
                        starts_at=NOW,
                    )
                )


def test_all_text_about_incoming_emails_comes_from_the_catalogues(
    shared: SharedServer,
    walk: Walk,
) -> None:
    assert walk.pages
    receive_emails_of_all_kinds(shared.world)
    with httpx.Client(base_url=shared.client.base_url, headers=OWN, timeout=60) as browser:
        shared.world.sign_in(browser)
        page = browser.get("/replies").text
    assert page.count("a@example.org") == 3 * len(Reason)
    data = known_data() | {f"{letter}@example.org" for letter in "abc"}
    assert unaccented_in_page(page, data) == []


def test_every_route_with_a_page_was_opened(walk: Walk) -> None:
    routes = {
        path
        for method, path in PERMISSIONS
        if method == "GET" and not path.startswith(API) and path not in NO_PAGES
    }
    patterns = {path: re.compile(re.sub(r"\\?\{\w+\\?\}", "[^/]+", path)) for path in routes}
    unseen = [path for path, one in patterns.items() if not any(map(one.fullmatch, walk.paths))]
    assert unseen == []


def test_pages_are_in_the_language_of_the_pseudo_locale(walk: Walk) -> None:
    assert {re.findall(r'<html lang="([^"]+)"', page)[0] for page in walk.pages.values()} == {
        LANGUAGE
    }
