"""An open call: addresses are confirmed before anything is stored, and the office decides."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import func, select

from api.audit_trail.rows import AuditRow
from api.data_protection.retention_sweep import APPLICATIONS_KEPT, sweep
from api.database.schema import METADATA
from api.enrolment import address_codes, calls, decisions
from api.enrolment.address_codes import EnteredCode, request_code
from api.enrolment.applications import MAX_WAITING, ApplicationInput, apply
from api.enrolment.calls import CallInput
from api.enrolment.labels import shown_cells
from api.enrolment.requests import request_from_all
from api.enrolment.rows import ApplicationRow
from api.http.principal import SYSTEM
from api.mail.rows import MailKind, MailRow
from api.participants import rosters
from api.participants.preview.undo_lists import undo_lists
from api.participants.rows import PersonRow, Side
from api.personal_links.email_change import NewAddress
from coach.errors import (
    ConflictError,
    NotAllowedError,
    NotFoundError,
    TooManyAttemptsError,
    UnusableInputError,
)
from coach.texts.renderer import english
from tests.api.both_ways import changed_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from conftest import World

    from api.services import Services
    from api.settings import Settings
    from tests.mail_server import MailServer

LAST_DAY = date(2027, 2, 28)
ANA = "ana@example.org"
DETAILS = {
    "name": "Ana Novak", "country": "Srbija", "languages": "srpski; engleski (B2)",
    "availability": "Mon 9-12\nWed 13:00-16:00", "rank": "OF-5", "topics": "mentoring",
}  # fmt: skip
ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def services(world: World, server: MailServer) -> Services:
    """Return services that send email to `server`."""
    settings = world.services.settings.model_copy(update={"mail": server.settings})
    return replace(world.services, settings=settings)


def opened(services: Services, cycle_id: str, side: Side | None = None) -> str:
    """Open a call, and return the secret of its link."""
    call = calls.open_call(services, cycle_id, CallInput(side=side, last_day=LAST_DAY))
    return call.link.rpartition("/")[2]


def confirmed(
    services: Services, server: MailServer, secret: str, address: str = ANA
) -> address_codes.ConfirmedAddress:
    request_code(services, secret, NewAddress(address=address))
    entered = EnteredCode(address=address, code=server.code())
    return address_codes.confirm_address(services, secret, entered)


def applied(
    services: Services, server: MailServer, secret: str, address: str = ANA, **changed: str
) -> str:
    """Apply as a coachee or, with `side`, as a coach; return the application's id."""
    own = {"side": "coachee", "role": "commander"} | DETAILS | changed
    proof = confirmed(services, server, secret, address)
    apply(services, secret, ApplicationInput(**proof.model_dump(), **own))
    with services.database.reading() as tx:
        query = select(ApplicationRow.id).where(ApplicationRow.email == address)
        return tx.scalars(query).one()


def stored_texts(services: Services) -> str:
    """Return the content of the whole database as a single text."""
    with services.database.reading() as tx:
        return repr([tx.execute(table.select()).all() for table in METADATA.sorted_tables])


def test_nothing_about_an_address_is_stored_before_somebody_has_confirmed_and_applied(
    world: World, services: Services, server: MailServer
) -> None:
    secret = opened(services, world.cycle())
    proof = confirmed(services, server, secret)
    assert [one.recipient for one in server.taken] == [ANA]
    assert ANA not in stored_texts(services)
    given = {"side": "coachee", "role": "commander"} | DETAILS
    apply(services, secret, ApplicationInput(**proof.model_dump(), **given))
    assert ANA in stored_texts(services)


def test_application_waits_for_the_office_and_adds_no_participant(
    world: World, services: Services, server: MailServer
) -> None:
    cycle_id = world.cycle()
    applied(services, server, opened(services, cycle_id))
    (one,) = decisions.read_applications(services, cycle_id).waiting
    assert (one.name, one.email, one.side) == ("Ana Novak", ANA, Side.COACHEE)
    assert one.cells["languages"] == "sr:C1; en:B2"
    assert one.cells["availability"] == "Mon 09:00-12:00; Wed 13:00-16:00"
    with services.database.reading() as tx:
        assert len(rosters.roster_of(tx, cycle_id).coachees) == 3


def test_known_and_unknown_addresses_get_the_same_answer(
    world: World,
    server: MailServer,
    services: Services,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> None:
    cycle_id = world.cycle()
    secret = opened(services, cycle_id)
    applied(services, server, secret)
    known, unknown = ("c1@example.org", "zz@example.org")
    with serve(services.settings) as client:
        answers = [
            (
                client.post(f"/join/{secret}", data={"address": one}, headers=ORIGIN),
                client.post(f"/api/v1/calls/{secret}/codes", json={"address": one}),
                client.post(
                    f"/join/{secret}/code", data={"address": one, "code": "1"}, headers=ORIGIN
                ),
            )
            for one in (known, unknown, ANA)
        ]
    shown = [
        [(answer.status_code, answer.text.replace(one, "")) for answer in each]
        for one, each in zip((known, unknown, ANA), answers, strict=True)
    ]
    assert shown[0] == shown[1] == shown[2]
    assert shown[0][0][0] == HTTPStatus.OK
    assert [one.recipient for one in server.taken[1:]] == [known, known, unknown, unknown, ANA, ANA]


@pytest.mark.parametrize("wrong", ["", "0000 0000", "x"])
def test_wrong_code_confirms_nothing_and_is_counted(
    world: World, services: Services, server: MailServer, wrong: str
) -> None:
    secret = opened(services, world.cycle())
    request_code(services, secret, NewAddress(address=ANA))
    for _ in range(5):
        with pytest.raises(NotAllowedError):
            address_codes.confirm_address(services, secret, EnteredCode(address=ANA, code=wrong))
    right = EnteredCode(address=ANA, code=server.code())
    with pytest.raises(NotAllowedError):
        address_codes.confirm_address(services, secret, right)


def test_code_and_proof_are_of_one_address_one_call_and_one_time(
    world: World, services: Services, server: MailServer
) -> None:
    cycle_id = world.cycle()
    secret, other_call = opened(services, cycle_id), opened(services, world.cycle())
    request_code(services, secret, NewAddress(address=ANA))
    code = server.code()
    for call, address in ((other_call, ANA), (secret, "other@example.org")):
        with pytest.raises(NotAllowedError):
            address_codes.confirm_address(services, call, EnteredCode(address=address, code=code))
    entered = EnteredCode(address=ANA, code=code)
    proof = address_codes.confirm_address(services, secret, entered)
    with pytest.raises(NotAllowedError):
        address_codes.confirm_address(services, secret, entered)
    given = {"side": "coachee", "role": "commander"} | DETAILS
    forged = [
        (other_call, proof.model_dump()),
        (secret, proof.model_dump() | {"address": "other@example.org"}),
        (secret, proof.model_dump() | {"proof": f"{proof.proof[:21]}{'0' * 64}"}),
        (secret, proof.model_dump() | {"proof": ""}),
    ]
    for call, values in forged:
        with pytest.raises(NotAllowedError):
            apply(services, call, ApplicationInput(**values, **given))
    late = replace(services, now=lambda: world.services.now() + timedelta(hours=3))
    with pytest.raises(NotAllowedError):
        apply(late, secret, ApplicationInput(**proof.model_dump(), **given))
    apply(services, secret, ApplicationInput(**proof.model_dump(), **given))
    with pytest.raises(NotAllowedError):
        apply(services, secret, ApplicationInput(**proof.model_dump(), **given))


def test_codes_to_an_address_and_for_a_call_are_limited(
    world: World, services: Services, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = opened(services, world.cycle())
    for address in (ANA, ANA.upper(), f" {ANA}"):
        request_code(services, secret, NewAddress.model_construct(address=address))
    with pytest.raises(TooManyAttemptsError):
        request_code(services, secret, NewAddress(address=ANA))
    request_code(services, secret, NewAddress(address="other@example.org"))
    monkeypatch.setattr(address_codes, "_MAX_OF_CALL", 4)
    with pytest.raises(TooManyAttemptsError):
        request_code(services, secret, NewAddress(address="third@example.org"))
    assert len(server.taken) == 4


def test_applications_are_limited_in_size_and_number(
    world: World, services: Services, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = opened(services, world.cycle())
    proof = confirmed(services, server, secret)
    given = proof.model_dump() | {"side": "coachee", "role": "commander"} | DETAILS
    for changed in ({"name": "x" * 201}, {"availability": "x" * 1001}, {"name": "a\nb"}):
        with pytest.raises(ValueError, match="1 validation error"):
            ApplicationInput(**given | changed)
    assert MAX_WAITING == 1_000
    monkeypatch.setattr("api.enrolment.applications.MAX_WAITING", 0)
    with pytest.raises(ConflictError, match="waiting for a decision"):
        apply(services, secret, ApplicationInput(**given))


def test_faults_of_an_application_are_located_and_the_proof_stays_valid(
    world: World, services: Services, server: MailServer
) -> None:
    cycle_id = world.cycle()
    secret = opened(services, cycle_id)
    proof = confirmed(services, server, secret).model_dump()
    given = {"side": "coach", "capacity": "many"} | DETAILS | {"languages": "", "country": "Xx"}
    with pytest.raises(UnusableInputError) as refused:
        apply(services, secret, ApplicationInput(**proof, **given))
    assert {"languages", "capacity", "country"} <= set(refused.value.by_column)
    given |= {"languages": "en", "capacity": "2", "country": "RS"}
    apply(services, secret, ApplicationInput(**proof, **given))
    assert decisions.read_applications(services, cycle_id).waiting[0].side is Side.COACH


def test_second_application_of_an_address_replaces_the_first(
    world: World, services: Services, server: MailServer
) -> None:
    cycle_id = world.cycle()
    secret = opened(services, cycle_id)
    first = applied(services, server, secret)
    assert applied(services, server, secret, name="Ana Novak-Ilić") == first
    assert decisions.read_applications(services, cycle_id).waiting[0].name == "Ana Novak-Ilić"


def test_pages_lead_from_an_address_to_an_application(
    world: World,
    services: Services,
    server: MailServer,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> None:
    cycle_id = world.cycle()
    page = f"/join/{opened(services, cycle_id)}"
    form = {"address": ANA, "side": "coach"}
    with serve(services.settings) as client:
        assert 'value="coach"' in client.get(page).text
        shown = client.post(page, data=form, headers=ORIGIN)
        assert 'name="side" value="coach"' in shown.text
        shown = client.post(f"{page}/code", data=form | {"code": server.code()}, headers=ORIGIN)
        proof = re.search(r'name="proof" value="([^"]+)"', shown.text)
        assert proof is not None
        form |= {"proof": proof[1], "capacity": "2"}
        shown = client.post(f"{page}/application", data=form | DETAILS, headers=ORIGIN)
        assert shown.status_code == HTTPStatus.OK
    assert decisions.read_applications(services, cycle_id).waiting[0].side is Side.COACH


def test_call_for_coaches_takes_no_coachees(
    world: World, services: Services, server: MailServer
) -> None:
    secret = opened(services, world.cycle(), Side.COACH)
    with pytest.raises(ConflictError, match="not for this role"):
        applied(services, server, secret)


@pytest.mark.parametrize("how", ["closed", "replaced", "over", "unknown"])
def test_link_of_a_call_that_has_ended_opens_nothing(
    world: World, services: Services, how: str
) -> None:
    cycle_id = world.cycle()
    secret = opened(services, cycle_id)
    calls.read_call(services, secret)
    if how == "closed":
        calls.close_call(services, cycle_id)
    elif how == "replaced":
        opened(services, cycle_id)
    elif how == "over":
        after = world.services.now() + (LAST_DAY - date(2026, 11, 1)) * 2
        services = replace(services, now=lambda: after)
    else:
        secret = "x" * 43
    for use in (
        lambda: calls.read_call(services, secret),
        lambda: request_code(services, secret, NewAddress(address=ANA)),
    ):
        with pytest.raises(NotFoundError):
            use()


def test_country_of_an_application_is_shown_by_its_name() -> None:
    shown = shown_cells({"country": "AL", "unit": "AL"})
    assert {name: english(text) for name, text in shown.items()} == {
        "country": "Albania",
        "unit": "AL",
    }


def test_call_needs_email_and_a_day_of_the_cycle(world: World, services: Services) -> None:
    cycle_id = world.cycle()
    with pytest.raises(ConflictError, match="sends no email"):
        calls.open_call(world.services, cycle_id, CallInput(last_day=LAST_DAY))
    secret = opened(services, cycle_id)
    with pytest.raises(ConflictError, match="sends no email"):
        request_code(world.services, secret, NewAddress(address=ANA))
    for day in (date(2026, 1, 1), date(2030, 1, 1)):
        with pytest.raises(ConflictError, match="last day"):
            calls.open_call(services, cycle_id, CallInput(last_day=day))


def test_approved_applicant_is_in_the_list_and_is_sent_their_link(
    world: World, services: Services, server: MailServer
) -> None:
    cycle_id = world.cycle()
    application = applied(services, server, opened(services, cycle_id))
    decisions.approve(services, application)
    with services.database.reading() as tx:
        added = rosters.roster_of(tx, cycle_id).coachees[-1]
        mail = tx.scalars(select(MailRow).where(MailRow.kind == MailKind.DETAILS_REQUEST)).one()
        row = tx.get_one(PersonRow, mail.person_id)
        assert tx.scalar(select(func.count(ApplicationRow.id))) == 0
        assert row.human_id is not None
        assert (row.code, row.email) == ("A-001", ANA)
    assert (added.id, added.name, added.email) == ("A-001", "Ana Novak", ANA)


def test_approval_can_be_undone_like_a_list(
    world: World, services: Services, server: MailServer
) -> None:
    cycle_id = world.cycle()
    decisions.approve(services, applied(services, server, opened(services, cycle_id)))
    undo_lists(services, SYSTEM, cycle_id)
    with services.database.reading() as tx:
        assert len(rosters.roster_of(tx, cycle_id).coachees) == 3


def test_people_of_the_directory_who_may_be_the_applicant_are_shown(
    world: World, services: Services, server: MailServer
) -> None:
    cycle_id = world.cycle()
    secret = opened(services, cycle_id)
    applied(services, server, secret, "c2@example.org", name="Coachee 2")
    applied(services, server, secret, "someone@example.org", name="Coachée 3")
    applied(services, server, secret, "nobody@example.org", name="Zlatko Petrić")
    same, alike, other = decisions.read_applications(services, cycle_id).waiting
    assert [one.human.name for one in same.similar] == ["Coachee 2"]
    assert [one.human.name for one in alike.similar] == ["Coachee 3"]
    assert other.similar == ()
    with pytest.raises(ConflictError, match="already in this list"):
        decisions.approve(services, same.id)


def test_refused_application_is_deleted(
    world: World, services: Services, server: MailServer
) -> None:
    cycle_id = world.cycle()
    application = applied(services, server, opened(services, cycle_id))
    decisions.refuse(services, application)
    assert decisions.read_applications(services, cycle_id).waiting == ()
    with pytest.raises(NotFoundError):
        decisions.approve(services, application)
    with services.database.reading() as tx:
        details = [row.detail for row in tx.scalars(select(AuditRow))]
    assert ANA not in repr(details)


def test_applications_without_a_decision_are_deleted_in_time(
    world: World, services: Services, server: MailServer
) -> None:
    cycle_id = world.cycle()
    applied(services, server, opened(services, cycle_id))
    now = world.services.now()
    with services.database.writing() as tx:
        sweep(tx, now=now + APPLICATIONS_KEPT - timedelta(days=1))
        assert tx.scalar(select(func.count(ApplicationRow.id))) == 1
        sweep(tx, now=now + APPLICATIONS_KEPT + timedelta(days=1))
        assert tx.scalar(select(func.count(ApplicationRow.id))) == 0


def test_everybody_without_own_details_is_asked_once_a_day(
    world: World, services: Services
) -> None:
    cycle_id = world.cycle()
    with services.database.writing() as tx:
        tx.get_one(PersonRow, world.person_id(cycle_id, "C-1")).listed = {"topics": []}
        tx.get_one(PersonRow, world.person_id(cycle_id, "C-2")).email = ""
        tx.get_one(PersonRow, world.person_id(cycle_id, "C-3")).left_at = world.services.now()
    assert request_from_all(services, cycle_id).requested == 2
    assert request_from_all(services, cycle_id).requested == 0
    with pytest.raises(ConflictError):
        request_from_all(world.services, cycle_id)


def test_a_failing_mail_server_does_not_change_the_answer(
    world: World, services: Services, server: MailServer
) -> None:
    secret = opened(services, world.cycle())
    server.to_recipient[ANA].append("550 no such user")
    request_code(services, secret, NewAddress(address=ANA))
    assert server.taken == []


def test_page_and_json_apply_and_decide_the_same(
    world: World,
    services: Services,
    server: MailServer,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> None:
    cycle_id = world.cycle()
    secret = opened(services, cycle_id)
    own, home = {"side": "coachee", "role": "commander"} | DETAILS, f"/join/{secret}"
    proofs = [
        confirmed(services, server, secret, address).model_dump() for address in (ANA, "b@x.org")
    ]
    own["name"] = "Coachée 1"
    with serve(services.settings) as client:
        by_json = changed_rows(
            world,
            lambda: client.post(f"/api/v1/calls/{secret}/applications", json=proofs[0] | own),
        )
        by_page = changed_rows(
            world,
            lambda: client.post(f"{home}/application", data=proofs[1] | own, headers=ORIGIN),
        )
        office = {"Authorization": f"Bearer {world.manager_token()}"}
        waiting = client.get(f"/api/v1/cycles/{cycle_id}/applications", headers=office).json()
        page = client.get(f"/cycles/{cycle_id}/applications", headers=office).text
        assert all(one["email"] in page for one in waiting)
        assert waiting[0]["similar"][0]["human_id"] in page
        first, second = (one["id"] for one in waiting)
        approve = client.post(f"/api/v1/applications/{first}/approve", headers=office)
        refuse = client.post(f"/applications/{second}/refuse", headers=office)
    assert [len(by_json), len(by_page)] == [2, 2]
    assert {row[0] for row in by_json} == {"applications", "audit"}
    assert approve.status_code == HTTPStatus.NO_CONTENT
    assert refuse.is_redirect
