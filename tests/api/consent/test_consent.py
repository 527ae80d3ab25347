"""Consent texts, acceptance of the terms, and consent to be named in public."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from http import HTTPStatus
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.consent import service as consent
from api.consent.rows import ConsentKind, ConsentRow
from api.consent.service import Acceptance, PublicityAnswer
from api.consent.texts import ConsentTextError, consent_texts
from api.data_protection import subject_access as person_rights
from api.http.principal import AccessRole, Principal
from api.settings import Settings
from coach.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

API = "/api/v1"
TEXTS = consent_texts(None)
FORM = {"Sec-Fetch-Site": "same-origin"}


def _principal(world: World, cycle_id: str, code: str) -> Principal:
    role = AccessRole.COACHEE if code.startswith("C") else AccessRole.COACH
    return Principal(role, person_id=world.person_id(cycle_id, code))


def _folder(at: Path, **changed: str) -> Path:
    """Copy the default texts to the folder `at`, replacing the `changed` ones."""
    shutil.copytree(Path(str(resources.files("templates") / "consent" / "texts")), at)
    for name, text in changed.items():
        (at / f"{name}.txt").write_text(text, encoding="utf-8")
    return at


NEW = "version: 2027-01\ndate: 2027-01-05\n\n## Only this\nOne line.\nAnother line.\n"


def test_default_texts_cover_required_topics() -> None:
    for kind in (ConsentKind.COACHEE, ConsentKind.COACH):
        content = TEXTS[kind].model_dump_json().lower()
        assert not [
            word for word in ("sponsor", "harassment", "report", "notes") if word not in content
        ]
    assert "agree" not in TEXTS[ConsentKind.PUBLICITY].model_dump_json()


def test_deployment_can_replace_texts(tmp_path: Path) -> None:
    own = consent_texts(_folder(tmp_path / "texts", coachee=NEW))
    assert own[ConsentKind.COACHEE].version == "2027-01"
    assert own[ConsentKind.COACHEE].parts[0].paragraphs == ("One line.", "Another line.")
    assert own[ConsentKind.COACH] == TEXTS[ConsentKind.COACH]


@pytest.mark.parametrize(
    "text",
    ["", "no head", "version: 1\n\n## A\nb", "version: 1\ndate: soon\n\n## A\nb",
     "version:\ndate: 2027-01-05\n\n## A\nb", "version: 1\ndate: 2027-01-05\n\nno heading",
     "version: 1\ndate: 2027-01-05\n\nbefore\n## A\nb"],
)  # fmt: skip
def test_malformed_text_is_rejected(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConsentTextError, match=r"coach\.txt"):
        consent_texts(_folder(tmp_path / "texts", coach=text))
    with pytest.raises(ConsentTextError, match=r"coachee\.txt"):
        consent_texts(tmp_path / "nowhere")


def test_acceptance_is_stored_once_with_version_and_audited(world: World) -> None:
    cycle_id, now = world.cycle(), world.services.now()
    principal, yes = (
        _principal(world, cycle_id, "C-1"),
        Acceptance(sha256=TEXTS[ConsentKind.COACHEE].sha256),
    )
    with world.database.writing() as tx:
        assert consent.consent_status(tx, TEXTS, principal.person_id or "").accepted_at is None
        assert consent.store_acceptance(tx, TEXTS, principal, yes, now=now).accepted_at == now
        consent.store_acceptance(tx, TEXTS, principal, yes, now=now)
        (row,) = tx.scalars(select(ConsentRow)).all()
        assert (row.asked, row.version) == (ConsentKind.COACHEE, TEXTS[ConsentKind.COACHEE].version)
        events = tx.scalars(select(AuditRow).where(AuditRow.action == "terms accepted")).all()
        assert [event.detail for event in events] == [{"version": row.version}]
        of_coach = Acceptance(sha256=TEXTS[ConsentKind.COACH].sha256)
        with pytest.raises(ConflictError, match="read it again"):
            consent.store_acceptance(tx, TEXTS, principal, of_coach, now=now)


def test_changed_text_requires_new_consent_despite_same_version(
    world: World, tmp_path: Path
) -> None:
    cycle_id, now = world.cycle(), world.services.now()
    principal, yes = (
        _principal(world, cycle_id, "C-1"),
        Acceptance(sha256=TEXTS[ConsentKind.COACHEE].sha256),
    )
    same_version = NEW.replace("2027-01\n", f"{TEXTS[ConsentKind.COACHEE].version}\n", 1)
    later = consent_texts(_folder(tmp_path / "texts", coachee=same_version))
    with world.database.writing() as tx:
        consent.store_acceptance(tx, TEXTS, principal, yes, now=now)
        assert consent.consent_status(tx, later, principal.person_id or "").accepted_at is None
        listed = {each.person.code: each for each in consent.consents_of_cycle(tx, later, cycle_id)}
        assert listed["C-1"].accepted_at is None
        assert listed["C-1"].accepted_version == TEXTS[ConsentKind.COACHEE].version
        assert listed["C-2"].accepted_version is None


def test_publicity_defaults_to_no_and_can_be_withdrawn(world: World) -> None:
    cycle_id, now = world.cycle(), world.services.now()
    principal, digest = _principal(world, cycle_id, "K-1"), TEXTS[ConsentKind.PUBLICITY].sha256

    def give_answer(*, given: bool) -> bool:
        with world.database.writing() as tx:
            answer = PublicityAnswer(given=given, sha256=digest)
            consent.store_publicity_answer(tx, TEXTS, principal, answer, now=now)
            listed = consent.consents_of_cycle(tx, TEXTS, cycle_id)
        return next(each.publicity for each in listed if each.person.code == "K-1")

    assert [give_answer(given=given) for given in (False, True, True, False, True)] == [
        False, True, True, False, True,
    ]  # fmt: skip
    with world.database.writing() as tx:
        held = person_rights.subject_access_report(tx, principal.person_id or "")
        actions = tx.scalars(
            select(AuditRow.action)
            .where(AuditRow.action.like("publicity%"))
            .order_by(AuditRow.number)
        )
        assert list(actions) == [
            "publicity agreed to",
            "publicity taken back",
            "publicity agreed to",
        ]
    assert sorted(each.revoked_at is None for each in held.consents) == [False, True]


def test_erased_person_is_not_named_in_public(world: World) -> None:
    cycle_id, now = world.cycle(), world.services.now()
    principal = _principal(world, cycle_id, "K-1")
    with world.database.writing() as tx:
        answer = PublicityAnswer(given=True, sha256=TEXTS[ConsentKind.PUBLICITY].sha256)
        consent.store_publicity_answer(tx, TEXTS, principal, answer, now=now)
        person_rights.erase_person(
            tx, principal.person_id or "", now=datetime(2027, 8, 1, tzinfo=UTC)
        )
        assert not [each for each in consent.consents_of_cycle(tx, TEXTS, cycle_id)
                    if each.publicity]  # fmt: skip


def test_terms_are_accepted_with_one_click_and_nothing_is_preselected(
    world: World, client: httpx.Client
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    home = f"/p/{world.link(cycle_id, 'C-1').secret}"
    assert "Before your first session" in client.get(home).text
    text = client.get(f"{home}/consent").text
    assert "checked" not in text
    assert "the answer is no" in text
    yes = {"sha256": TEXTS[ConsentKind.COACHEE].sha256}
    assert client.post(f"{home}/consent", data=yes, headers=FORM).is_redirect
    assert "You agreed to this on" in client.get(f"{home}/consent").text
    assert "Before your first session" not in client.get(home).text
    named = {"given": "true", "sha256": TEXTS[ConsentKind.PUBLICITY].sha256}
    client.post(f"{home}/publicity", data=named, headers=FORM)
    assert "You said yes on" in client.get(f"{home}/consent").text


def test_office_sees_who_has_not_agreed(world: World, client: httpx.Client) -> None:
    cycle_id = world.cycle()
    coach = {"Authorization": f"Bearer {world.link(cycle_id, 'K-1').secret}"}
    office = {"Authorization": f"Bearer {world.manager_token()}"}
    terms: dict[str, Any] = client.get(f"{API}/me/consent", headers=coach).json()["terms"]
    stale = client.put(f"{API}/me/consent", headers=coach, json={"sha256": "0" * 64})
    assert stale.status_code == HTTPStatus.CONFLICT
    client.put(f"{API}/me/consent", headers=coach, json={"sha256": terms["sha256"]})
    listed = client.get(f"{API}/cycles/{cycle_id}/consents", headers=office).json()
    agreed = [each["person"]["code"] for each in listed if each["accepted_at"]]
    assert (agreed, len(listed)) == (["K-1"], 5)
    client.post(f"/sign-in/{world.sign_in_secret()}", headers=FORM)
    page = " ".join(client.get(f"/cycles/{cycle_id}/people").text.split())
    assert "4 of 5 people have not yet agreed" in page


def test_server_with_missing_consent_text_does_not_start(
    world: World,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
    tmp_path: Path,
) -> None:
    known = world.services.settings.model_dump() | {"consent_texts": tmp_path / "nowhere"}
    with pytest.raises(ConsentTextError), serve(Settings(**known)):
        pass
