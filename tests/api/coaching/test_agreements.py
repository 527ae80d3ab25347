"""A pair's agreement: writing, proposing, agreeing and amending it, and who can read it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.coaching.agreements import service
from api.coaching.agreements.pairs import open_pair
from api.coaching.agreements.rows import AgreementRow
from api.coaching.agreements.service import AgreementAct, AgreementDecision, AgreementInput
from api.coaching.agreements.texts import AppliedText, applied_texts
from api.http.principal import AccessRole, Principal
from coach.agreements import AgreementState
from coach.errors import ConflictError
from tests.api.coaching.callers import Caller, PublishedCycle, published_cycle
from tests.api.racing import overtaking

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import World

PURPOSE = "Change how the brigade recruits"
TERMS: dict[str, Any] = {
    "purpose": PURPOSE,
    "focus": ["B8", "A3"],
    "sessions": 6,
    "mode": "online",
    "language": "sr",
    "contact": "mail",
    "delegates": "none",
}


@pytest.fixture
def cycle(world: World, client: httpx.Client) -> PublishedCycle:
    return published_cycle(world, client)


@pytest.fixture
def coachee(cycle: PublishedCycle) -> Caller:
    return cycle.caller("C-1")


@pytest.fixture
def coach(cycle: PublishedCycle) -> Caller:
    return cycle.caller("K-1")


def _path(other: Caller, suffix: str = "agreement") -> str:
    return f"/me/pairs/{other.id}/{suffix}"


def _write(writer: Caller, other: Caller, seen: int, **changed: object) -> Any:  # noqa: ANN401 - JSON
    return writer.put(_path(other), {"terms": TERMS | changed, "seen": seen})


def _decide(person: Caller, other: Caller, act: str, seen: int) -> Any:  # noqa: ANN401 - JSON
    return person.post(_path(other, "agreement/decision"), {"act": act, "seen": seen})


def _agree(coachee: Caller, coach: Caller) -> int:
    """Have the coachee propose an agreement and the coach agree; return the version."""
    _write(coachee, coach, 0)
    _decide(coachee, coach, "propose", 1)
    version: int = _decide(coach, coachee, "agree", 2)["version"]
    return version


def test_an_agreement_is_in_force_once_both_have_agreed(
    world: World, cycle: PublishedCycle, coachee: Caller, coach: Caller
) -> None:
    assert coachee.get(_path(coach))["state"] is None
    written = _write(coachee, coach, 0)
    assert (written["state"], written["in_force"]) == ("draft", None)
    proposed = _decide(coachee, coach, "propose", written["version"])
    assert (proposed["state"], proposed["can_agree"]) == ("proposed", False)
    seen = coach.get(_path(coachee))
    assert seen["can_agree"]
    agreed = _decide(coach, coachee, "agree", seen["version"])
    assert (agreed["state"], agreed["pending"]) == ("agreed", None)
    text = agreed["in_force"]
    assert text["terms"] == TERMS
    assert text["coachee_agreed_at"]
    assert text["coach_agreed_at"]
    applied = applied_texts(world.services.settings)
    assert text["duty_text_version"] == applied[AppliedText.DUTY].version
    cycle.hold_first_session("C-1")
    assert coachee.get(_path(coach))["state"] == "active"
    with world.database.reading() as tx:
        actions = tx.scalars(select(AuditRow.action).where(AuditRow.object_kind == "agreement"))
        assert list(actions) == ["agreement written", "agreement proposed", "agreement agreed to"]


def test_nobody_agrees_for_the_other_or_to_what_was_not_proposed(
    coachee: Caller, coach: Caller
) -> None:
    decision = _path(coach, "agreement/decision")
    nothing = coachee.call("POST", decision, {"act": "propose", "seen": 0})
    assert nothing.status_code == HTTPStatus.CONFLICT
    _write(coachee, coach, 0)
    early = coach.call("POST", _path(coachee, "agreement/decision"), {"act": "agree", "seen": 1})
    assert early.status_code == HTTPStatus.CONFLICT
    _decide(coachee, coach, "propose", 1)
    own = coachee.call("POST", decision, {"act": "agree", "seen": 2})
    assert own.status_code == HTTPStatus.CONFLICT
    assert "your own proposal" in own.text


def test_a_text_that_was_changed_since_it_was_seen_is_not_agreed_to(
    coachee: Caller, coach: Caller
) -> None:
    _write(coachee, coach, 0)
    _decide(coachee, coach, "propose", 1)
    _write(coachee, coach, 2, purpose="Something else")
    _decide(coachee, coach, "propose", 3)
    late = coach.call("POST", _path(coachee, "agreement/decision"), {"act": "agree", "seen": 2})
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED
    stale = coach.call("PUT", _path(coachee), {"terms": TERMS, "seen": 0})
    assert stale.status_code == HTTPStatus.PRECONDITION_FAILED
    assert stale.json()["differences"] == [
        {"field": "purpose", "stored": "Something else", "submitted": TERMS["purpose"]}
    ]


def test_one_of_two_people_who_write_at_once_is_told(world: World, cycle: PublishedCycle) -> None:
    ids = {code: world.person_id(cycle.id, code) for code in ("C-1", "K-1")}
    given = AgreementInput.model_validate({"terms": TERMS, "seen": 0})
    by_coach = Principal(AccessRole.COACH, person_id=ids["K-1"], cycle_id=cycle.id)
    by_coachee = Principal(AccessRole.COACHEE, person_id=ids["C-1"], cycle_id=cycle.id)

    def write_second() -> None:
        service.write_agreement(world.services, by_coach, ids["C-1"], given)

    with pytest.raises(ConflictError, match="changed in the meantime"):
        _overtake(world, write_second, by_coachee, ids["K-1"])


def _overtake(world: World, action: Callable[[], None], first: Principal, other_id: str) -> None:
    """Have another person write an agreement while `action` waits to write."""
    with overtaking(world, action) as (tx, _):
        pair = open_pair(tx, first, other_id)
        now = world.services.now()
        row = AgreementRow(
            cycle_id=pair.cycle_id,
            coachee_id=pair.coachee.id,
            coach_id=pair.coach.id,
            state=AgreementState.DRAFT,
            version=1,
            created_at=now,
            changed_at=now,
        )
        tx.add(row)


def test_an_agreed_text_stays_in_force_until_both_agree_to_another(
    coachee: Caller, coach: Caller
) -> None:
    version = _agree(coachee, coach)
    amended = _write(coach, coachee, version, sessions=8)
    assert (amended["state"], amended["in_force"]["terms"]["sessions"]) == ("amended", 6)
    proposed = _decide(coach, coachee, "propose", amended["version"])
    kept = _decide(coachee, coach, "keep", proposed["version"])
    assert (kept["state"], kept["pending"]) == ("agreed", None)
    again = _write(coachee, coach, kept["version"], sessions=7)
    proposed = _decide(coachee, coach, "propose", again["version"])
    agreed = _decide(coach, coachee, "agree", proposed["version"])
    assert agreed["in_force"]["terms"]["sessions"] == 7
    assert agreed["in_force"]["number"] == 2


def test_a_pair_finishes_only_after_its_last_session(
    cycle: PublishedCycle, coachee: Caller, coach: Caller
) -> None:
    version = _agree(coachee, coach)
    body = {"act": "close", "seen": version}
    early = coachee.call("POST", _path(coach, "agreement/decision"), body)
    assert early.status_code == HTTPStatus.CONFLICT
    cycle.move_sessions("C-1", -30)
    closed = coachee.post(_path(coach, "agreement/decision"), body)
    assert (closed["state"], closed["closed_as"], closed["can_write"]) == (
        "closed",
        "completed",
        False,
    )
    changed = coach.call("PUT", _path(coachee), {"terms": TERMS, "seen": closed["version"]})
    assert changed.status_code == HTTPStatus.CONFLICT


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"focus": ["B8"]}, "focus"),
        ({"focus": ["B8", "X9"]}, "two to four modules"),
        ({"purpose": "x" * 301}, "300"),
        ({"sessions": 0}, "sessions"),
        ({"language": "a b"}, "language"),
    ],
)
def test_invalid_terms_are_refused(
    coachee: Caller, coach: Caller, changed: dict[str, object], fault: str
) -> None:
    answer = coachee.call("PUT", _path(coach), {"terms": TERMS | changed, "seen": 0})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert fault in answer.text


def test_only_the_two_can_read_an_agreement(
    world: World, cycle: PublishedCycle, coachee: Caller, coach: Caller
) -> None:
    _agree(coachee, coach)
    strangers = [cycle.caller("C-2"), cycle.caller("C-3"), cycle.caller("K-2")]
    for stranger in strangers:
        for other in (coachee, coach):
            answer = stranger.call("GET", _path(other))
            if stranger is strangers[0] and other is coach:
                assert PURPOSE not in answer.text  # the agreement of C-2 with the same coach
            else:
                assert answer.status_code == HTTPStatus.NOT_FOUND, answer.text
    for role in (AccessRole.MANAGER, AccessRole.AUDITOR):
        headers = {"Authorization": f"Bearer {world.user_token(role)}"}
        answer = coachee.client.get(f"/api/v1{_path(coach)}", headers=headers)
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert PURPOSE not in answer.text


def test_the_office_sees_states_and_dates_only(
    world: World, cycle: PublishedCycle, coachee: Caller, coach: Caller
) -> None:
    _agree(coachee, coach)
    headers = {"Authorization": f"Bearer {world.manager_token()}"}
    for path in (f"/api/v1/cycles/{cycle.id}/agreements", f"/cycles/{cycle.id}/agreements"):
        answer = coachee.client.get(path, headers=headers)
        assert answer.is_success
        assert "Coachee 1" in answer.text
        assert PURPOSE not in answer.text
    listed = coachee.client.get(f"/api/v1/cycles/{cycle.id}/agreements", headers=headers).json()
    assert [(one["coachee"], one["state"]) for one in listed] == [
        ("Coachee 1", "agreed"),
        ("Coachee 2", None),
        ("Coachee 3", None),
    ]
    page = f"/cycles/{cycle.id}/agreements"
    unwritten = coachee.client.get(f"{page}?state=none&sort=-coachee", headers=headers).text
    assert "Coachee 1" not in unwritten
    assert unwritten.index("Coachee 3") < unwritten.index("Coachee 2")
    auditor = {"Authorization": f"Bearer {world.user_token(AccessRole.AUDITOR)}"}
    refused = coachee.client.get(f"/api/v1/cycles/{cycle.id}/agreements", headers=auditor)
    assert refused.status_code == HTTPStatus.FORBIDDEN


def test_a_replaced_coach_sees_nothing_more_and_the_new_one_nothing_of_before(
    cycle: PublishedCycle, coachee: Caller, coach: Caller
) -> None:
    _agree(coachee, coach)
    cycle.replace_coach("C-1", "K-2")
    successor = cycle.caller("K-2")
    assert coach.call("GET", _path(coachee)).status_code == HTTPStatus.NOT_FOUND
    assert PURPOSE not in coach.page("/coaching").text
    assert successor.get(_path(coachee))["state"] is None
    before = coachee.get(_path(coach))
    assert (before["state"], before["closed_as"]) == ("closed", "replaced")
    assert before["in_force"]["terms"]["purpose"] == PURPOSE
    changed = coachee.call("PUT", _path(coach), {"terms": TERMS, "seen": before["version"]})
    assert changed.status_code == HTTPStatus.CONFLICT
    _write(coachee, successor, 0, purpose="Another purpose")
    assert coachee.get(_path(coach))["closed_at"]


def test_a_coach_sees_nothing_of_a_coachee_who_has_left(
    world: World, cycle: PublishedCycle, coachee: Caller, coach: Caller
) -> None:
    _agree(coachee, coach)
    assert coachee.call("POST", "/me/leave", {"leave": True}).is_success
    assert coach.call("GET", _path(coachee)).status_code == HTTPStatus.NOT_FOUND
    headers = {"Authorization": f"Bearer {world.manager_token()}"}
    listed = coachee.client.get(f"/api/v1/cycles/{cycle.id}/agreements", headers=headers).json()
    first = next(one for one in listed if one["coachee"] == "Coachee 1")
    assert (first["state"], first["closed_as"]) == ("closed", "left")
    assert first["closed_at"]


def test_the_answers_are_checked_before_they_are_proposed(coachee: Caller, coach: Caller) -> None:
    page = f"/coaching/{coach.id}/agreement"
    assert "Write the agreement" in coachee.page(page).text
    form = TERMS | {"focus": ["B8", "A3"], "seen": "0"}
    incomplete = coachee.page(page, form | {"focus": ["B8"], "purpose": ""})
    assert incomplete.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Not saved yet" in incomplete.text
    assert coachee.page(page, form).is_redirect
    checked = coachee.page(page).text
    assert "Check your answers" in checked
    assert PURPOSE in checked
    assert coachee.page(f"{page}/decision", {"act": "propose", "seen": "1"}).is_redirect
    waiting = coach.page("/coaching").text
    assert "Read the proposed agreement" in waiting
    assert "Agree to this" in coach.page(f"/coaching/{coachee.id}/agreement").text
    stale = coach.page(f"/coaching/{coachee.id}/agreement/decision", {"act": "agree", "seen": "1"})
    assert stale.status_code == HTTPStatus.CONFLICT
    assert "changed in the meantime" in stale.text
    agreed = coach.page(f"/coaching/{coachee.id}/agreement/decision", {"act": "agree", "seen": "2"})
    assert agreed.is_redirect
    assert "What you have agreed" in coachee.page(page).text


def _own_texts(folder: Path) -> None:
    for name in AppliedText:
        content = f"version: own-1\ndate: 2026-11-26\n\n## {name}\nOur own.\n"
        (folder / f"{name}.txt").write_text(content)


def test_applied_texts_are_agreed_to_in_the_version_that_was_proposed(
    world: World, coachee: Caller, coach: Caller, tmp_path: Path
) -> None:
    _write(coachee, coach, 0)
    _decide(coachee, coach, "propose", 1)
    _own_texts(tmp_path)
    services = world.with_settings(coaching_texts=tmp_path)
    by_coach = Principal(AccessRole.COACH, person_id=coach.id)
    by_coachee = Principal(AccessRole.COACHEE, person_id=coachee.id)
    agree = AgreementDecision(act=AgreementAct.AGREE, seen=2)
    with pytest.raises(ConflictError, match="terms that apply have changed"):
        service.decide_agreement(services, by_coach, coachee.id, agree)
    again = AgreementDecision(act=AgreementAct.PROPOSE, seen=2)
    service.decide_agreement(services, by_coach, coachee.id, again)
    agree = AgreementDecision(act=AgreementAct.AGREE, seen=3)
    agreed = service.decide_agreement(services, by_coachee, coach.id, agree).in_force
    assert agreed is not None
    versions = agreed.terms_version, agreed.duty_text_version, agreed.sponsor_sees_version
    assert versions == ("own-1", "own-1", "own-1")
    assert None not in {agreed.coachee_agreed_at, agreed.coach_agreed_at}


def test_a_deployment_has_its_own_texts(world: World, tmp_path: Path) -> None:
    _own_texts(tmp_path)
    texts = applied_texts(world.with_settings(coaching_texts=tmp_path).settings)
    assert {text.version for text in texts.values()} == {"own-1"}
    assert all(
        text.version.startswith("example")
        for text in applied_texts(world.services.settings).values()
    )
