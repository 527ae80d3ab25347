"""Consent texts, acceptance of the terms, and consent to be named in public."""

from __future__ import annotations

import hashlib
import re
import shutil
from datetime import UTC, datetime
from html import unescape
from http import HTTPStatus
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.consent import service as consent
from api.consent.rows import ConsentKind, ConsentRow
from api.consent.service import Acceptance, PublicityAnswer
from api.consent.texts import ConsentText, ConsentTextError, TextVariables, consent_texts
from api.data_protection import subject_access as person_rights
from api.http.principal import AccessRole, Principal
from api.organisation import Organisation
from api.settings import Settings
from coach.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

API = "/api/v1"
TEXTS = consent_texts(Settings())
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


def _own(at: Path, **changed: str) -> Settings:
    """Return settings for a deployment with its own texts; see `_folder`."""
    return Settings(consent_texts=_folder(at, **changed))


def _content(text: ConsentText) -> str:
    """Return all words of a text on one line."""
    return " ".join(line for part in text.parts for line in (part.heading, *part.paragraphs))


NEW = "version: 2027-01\ndate: 2027-01-05\n\n## Only this\nOne line.\nAnother line.\n"


def test_default_texts_cover_required_topics() -> None:
    for kind in (ConsentKind.COACHEE, ConsentKind.COACH):
        content = TEXTS[kind].model_dump_json().lower()
        assert not [
            word for word in ("sponsor", "harassment", "report", "notes") if word not in content
        ]
    assert "agree" not in TEXTS[ConsentKind.PUBLICITY].model_dump_json()


def test_deployment_can_replace_texts(tmp_path: Path) -> None:
    own = consent_texts(_own(tmp_path / "texts", coachee=NEW))
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
        consent_texts(_own(tmp_path / "texts", coach=text))
    with pytest.raises(ConsentTextError, match=r"coachee\.txt"):
        consent_texts(Settings(consent_texts=tmp_path / "nowhere"))


ORGANISATION = Organisation(
    controller="the Ministry of Defence <privacy@example.org>",
    data_protection_officer="officer@example.org",
    supervisory_authority="the Agency for Data Protection",
    legal_basis="Article 12 of the Defence Act",
)
NAMED = set(ORGANISATION.model_dump(exclude_defaults=True).values())
TERMS = (ConsentKind.COACHEE, ConsentKind.COACH)


@pytest.mark.parametrize("kind", TERMS)
def test_default_terms_contain_the_settings_of_the_controller(kind: ConsentKind) -> None:
    settings = Settings(deployment=ORGANISATION, retention_days=400)
    content = _content(consent_texts(settings)[kind])
    assert len(NAMED) == len(TextVariables._fields) - 1
    assert [value for value in NAMED if value not in content] == []
    assert "400 days have passed since the last day of your cycle" in content


@pytest.mark.parametrize("kind", TERMS)
@pytest.mark.parametrize(
    "name", ["", *(name for name in TextVariables._fields if name != "retention_days")]
)
def test_default_terms_are_complete_sentences_whichever_settings_are_set(
    kind: ConsentKind, name: str
) -> None:
    value = ORGANISATION.model_dump().get(name)
    organisation = Organisation(**({name: value} if name else {}))
    for days in (0, 1, 730):
        text = consent_texts(Settings(deployment=organisation, retention_days=days))[kind]
        lines = [line for part in text.parts for line in part.paragraphs]
        assert all(part.paragraphs for part in text.parts)
        assert [line for line in lines if not re.fullmatch(r"[A-Z][^{}%]*\.", line)] == []
        assert [line for line in lines if re.search(r" [.,]|  |: \.|is \.|to \.", line)] == []
        assert {each for each in NAMED if each in _content(text)} == ({value} if name else set())


@pytest.mark.parametrize("kind", TERMS)
def test_default_terms_without_settings_say_whom_to_ask(kind: ConsentKind) -> None:
    content = _content(consent_texts(Settings(retention_days=0))[kind])
    assert "The programme office can tell you who the controller of your data is" in content
    assert "the programme office can tell you which one that is" in content
    assert "The programme office decides when it is erased" in content
    assert "data protection officer" not in content
    assert "legal basis" not in content


def test_changed_controller_or_retention_period_changes_the_digest_of_the_terms_only() -> None:
    for changed in (Settings(deployment=ORGANISATION), Settings(retention_days=365)):
        texts = consent_texts(changed)
        assert [kind for kind in ConsentKind if texts[kind].sha256 != TEXTS[kind].sha256] == [
            *TERMS
        ]


def test_digest_of_a_text_without_settings_is_that_of_its_file(tmp_path: Path) -> None:
    settings = _own(tmp_path / "texts")
    written = NEW.replace("\n", "\r\n").encode()
    (tmp_path / "texts" / "coachee.txt").write_bytes(written)
    text = consent_texts(settings)[ConsentKind.COACHEE]
    assert text.sha256 == hashlib.sha256(written).hexdigest()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{{ controler }}", "controler"),
        ("{% if retention_days > 99999 %}{{ officer }}{% endif %}", "officer"),
        ("{% if controller %}", "endif"),
        ("{{ retention_days + controller }}", "int"),
    ],
)
def test_text_with_an_error_in_its_settings_is_rejected(
    tmp_path: Path, line: str, problem: str
) -> None:
    with pytest.raises(ConsentTextError, match=rf"coach\.txt.*{problem}"):
        consent_texts(_own(tmp_path / "texts", coach=f"{NEW}{line}\n"))


def test_value_of_a_setting_cannot_add_a_heading_or_a_template(tmp_path: Path) -> None:
    own = _own(tmp_path / "texts", coach=f"{NEW}{{{{ controller }}}}\n")
    named = Organisation(controller="{{ legal_basis }} ## A")
    text = consent_texts(own.model_copy(update={"deployment": named}))[ConsentKind.COACH]
    assert [part.heading for part in text.parts] == ["Only this"]
    assert text.parts[0].paragraphs[-1] == "{{ legal_basis }} ## A"
    for line_break in ("\n", "\r", "\x0b", "\x85", "\u2028"):
        with pytest.raises(ValidationError):
            Organisation(controller=f"A{line_break}## B")


def test_page_of_the_terms_names_controller_officer_authority_and_retention_period(
    world: World,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> None:
    link = world.link(world.cycle(), "C-1").secret
    changed = {"deployment": ORGANISATION, "retention_days": 400}
    settings = world.services.settings.model_copy(update=changed)
    with serve(settings) as client:
        page = unescape(client.get(f"/p/{link}/consent").text)
    assert [value for value in NAMED if value not in page] == []
    assert "400 days have passed" in page


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
    later = consent_texts(_own(tmp_path / "texts", coachee=same_version))
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
    assert "Unless you say yes here, you will not be named in public." in text
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
