"""The access provided by a secret link: alone, with an emailed code, and with a PIN."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import insert, select, update

from api.accounts.credentials import sha256_of
from api.app import PERMISSIONS
from api.audit_trail.rows import AuditRow
from api.background.job_type import JobContext
from api.crypto.password_hashing import hash_password
from api.http.principal import AccessRole, Principal
from api.http.urls import API
from api.mail.job import MailJob
from api.mail.rows import MailRow, MailState
from api.mail_registry import MAIL_REGISTRY
from api.personal_links.rows import OneTimeCodeRow, PersonPasskeyRow, PinRow, VerifiedDeviceRow
from api.session_reports import service as session_reports
from coach.feedback import Feedback, SharedRecord
from tests.api.published import published_sessions

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from conftest import World

    from api.settings import Settings
    from tests.mail_server import MailServer

PIN = "739104"
ORIGIN = {"Sec-Fetch-Site": "same-origin"}
TOPIC, WORDS = "Recruitment of officers", "My colonel does not listen"
TOO_EARLY = 'name="verification.resubmit"'
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Holder:
    """Someone with a coachee's secret link, who may also read the coachee's mailbox."""

    world: World
    server: MailServer
    client: httpx.Client
    cycle_id: str
    session_id: str
    secret: str
    code_of_person: str = "C-1"

    @property
    def home(self) -> str:
        return f"/p/{self.secret}"

    @property
    def person_id(self) -> str:
        return self.world.person_id(self.cycle_id, self.code_of_person)

    def json(self, method: str, path: str, body: Any = None, key: str = "") -> httpx.Response:  # noqa: ANN401 - any JSON
        headers = {"Authorization": f"Bearer {self.secret}"} | (
            {"X-Device-Key": key} if key else {}
        )
        return self.client.request(method, f"{API}{path}", json=body, headers=headers)

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self.client.post(f"{self.home}{path}", data=fields, headers=ORIGIN)

    def get(self, path: str = "") -> httpx.Response:
        return self.client.get(f"{self.home}{path}", follow_redirects=True)

    def mails(self) -> list[str]:
        """Deliver waiting emails, and return the texts of all emails delivered so far."""
        settings = self.world.services.settings.model_copy(update={"mail": self.server.settings})
        services = replace(self.world.services, settings=settings)
        with services.database.reading() as tx:
            waiting = select(MailRow.id).where(MailRow.state == MailState.WAITING)
            ids = tx.scalars(waiting.order_by(MailRow.released_at)).all()
        for mail_id in ids:
            MailJob(JobContext(services, "worker@1"), MAIL_REGISTRY)(f"{mail_id}.0")
        return [taken.text for taken in self.server.taken]

    def mailed_code(self) -> str:
        """Request a code, and return it from the email; another can be requested immediately."""
        assert self.json("POST", "/me/verification/code").status_code == HTTPStatus.ACCEPTED
        codes = [text[:9] for text in self.mails() if re.match(r"\d{4} \d{4}", text)]
        self.forget_codes()
        return codes[-1]

    def forget_codes(self) -> None:
        """Make all codes two days old, so that new codes can be sent; the codes do not expire."""
        with self.world.database.writing() as tx:
            for row in tx.scalars(select(OneTimeCodeRow)):
                row.created_at -= timedelta(days=2)

    def verify(self, **entered: Any) -> httpx.Response:  # noqa: ANN401 - any JSON
        return self.json("POST", "/me/verification", entered)

    def key(self, **entered: Any) -> str:  # noqa: ANN401 - any JSON
        """Verify a device with a new code, and return the key of the device."""
        answer = self.verify(code=self.mailed_code(), **entered)
        assert answer.is_success, answer.text
        key: str = answer.json()["secret"]
        return key

    def set_pin(self, pin: str | None = PIN, current: str = "") -> str:
        """Set or (with `None`) remove the PIN on a newly verified device; return its key."""
        key = self.key(**({"pin": current} if current else {}))
        changed = self.json("PUT", "/me/pin", {"pin": pin, "current": current}, key)
        assert changed.status_code == HTTPStatus.NO_CONTENT, changed.text
        return key

    def events(self, action: str) -> list[AuditRow]:
        with self.world.database.reading() as tx:
            query = select(AuditRow).where(AuditRow.action == action)
            found = list(tx.scalars(query.order_by(AuditRow.number)))
            tx.expunge_all()
        return found


def holder_of(world: World, server: MailServer, client: httpx.Client) -> Holder:
    """Return the holder of a coachee's link; the coachee has given feedback on a session."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    session = published_sessions(world, cycle_id)[0]
    held = SharedRecord(session_date=date(2026, 1, 28), attendance="held", topic=TOPIC)
    services = world.services
    coach = Principal(AccessRole.COACH, person_id=session.coach.id)
    coachee = Principal(AccessRole.COACHEE, person_id=session.coachee.id)
    session_reports.submit_record(services, coach, session.id, held)
    given = Feedback(attendance="held", answers={"useful": 2}, text=WORDS)
    session_reports.give_feedback(services, coachee, session.id, given)
    secret = world.link(cycle_id, "C-1").secret
    return Holder(world, server, client, cycle_id, session.id, secret)


@pytest.fixture
def holder(
    world: World,
    server: MailServer,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> Iterator[Holder]:
    settings = world.services.settings.model_copy(update={"mail": server.settings})
    with serve(settings) as client:
        yield holder_of(world, server, client)


@pytest.fixture
def without_mail(world: World, server: MailServer, client: httpx.Client) -> Holder:
    """Return the holder of a link on a server that does not send email; see `holder_of`."""
    return holder_of(world, server, client)


PROTECTED_JSON = [
    ("GET", "/sessions/{session}/record", None),
    ("GET", "/sessions/{session}/feedback", None),
    ("PUT", "/sessions/{session}/feedback", {"attendance": "held", "answers": {"useful": 4}}),
    ("GET", "/me/consent", None),
    ("PUT", "/me/consent", {"sha256": "0" * 64}),
    ("PUT", "/me/publicity", {"given": False, "sha256": "0" * 64}),
    ("GET", "/me/address", None),
    ("POST", "/me/address", {"address": "other@example.net"}),
    ("GET", "/me/devices", None),
    ("PUT", "/me/pin", {"pin": PIN}),
]
PROTECTED_FORMS = ["/sessions/{session}/feedback", "/consent", "/publicity", "/address", "/pin"]


def test_link_alone_shows_times_and_replies(holder: Holder) -> None:
    assert "awaiting your reply" in holder.get().text
    assert "Coach 1" in holder.get(f"/sessions/{holder.session_id}").text
    assert holder.get(f"/sessions/{holder.session_id}/invitation.ics").is_success
    accepted = holder.post("/accept-all")
    assert accepted.status_code == HTTPStatus.SEE_OTHER, "one press is enough"
    assert accepted.headers["location"] == holder.home
    assert "you accepted" in holder.get().text
    mine = holder.json("GET", "/me/sessions").json()["sessions"]
    assert [one["coachee_reply"] for one in mine] == ["accepted", "accepted"]


def test_link_alone_neither_reads_nor_changes_the_rest_by_json(holder: Holder) -> None:
    key = holder.key()
    for method, path, body in PROTECTED_JSON:
        address = path.format(session=holder.session_id)
        refused = holder.json(method, address, body)
        assert refused.status_code == HTTPStatus.FORBIDDEN, path
        assert refused.json()["type"].endswith("#verify-first"), path
        admitted = holder.json(method, address, body, key)
        assert admitted.status_code not in {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED}, path


def test_link_alone_shows_no_report_on_any_page_and_no_attendance(holder: Holder) -> None:
    session = f"/sessions/{holder.session_id}"
    for path in ("", session, f"{session}/feedback", "/consent", "/address", "/devices"):
        text = holder.get(path).text
        assert TOPIC not in text
        assert WORDS not in text
        assert ">held<" not in text
        assert "You agreed" not in text
        assert "@example.org" not in text
    assert "To see this, confirm your identity first" in holder.get(session).text
    assert holder.json("GET", session).json()["recorded"] is None
    assert {one["recorded"] for one in holder.json("GET", "/me/sessions").json()["sessions"]} == {
        None
    }
    key = holder.key()
    assert holder.json("GET", session, None, key).json()["recorded"] == "held"


def test_forms_submitted_with_link_alone_change_nothing(holder: Holder) -> None:
    for path in PROTECTED_FORMS:
        refused = holder.post(path.format(session=holder.session_id), pin=PIN)
        assert refused.status_code == HTTPStatus.FORBIDDEN, path
        assert TOO_EARLY in refused.text, path
    with holder.world.database.reading() as tx:
        assert tx.scalars(select(PinRow)).all() == []
    assert len(holder.events("feedback given")) == 1


def test_every_route_for_reports_notes_consent_and_own_data_requires_verification() -> None:
    reports = ("/record", "/feedback", "/note")
    mine = (
        *reports,
        "/consent",
        "/publicity",
        "/address",
        "/pin",
        "/devices",
        "/me/aides",
        "}/aides",
    )
    open_to_link = {
        f"{method} {path}"
        for (method, path), permission in PERMISSIONS.items()
        if permission.roles & {AccessRole.COACH, AccessRole.COACHEE}
        and any(part in path for part in mine)
        and not permission.requires_verification
    }
    assert open_to_link == {"GET /p/{link}/consent"}, "which shows the texts, but no answers"


def test_form_typed_before_verification_is_submitted_after_it(holder: Holder) -> None:
    """As in a browser without scripts, each step submits the form on the previous page."""
    words = 'Two lines,\r\n"quoted" & <odd>'
    form = {"attendance": "held", "q.useful": "5", "text": words}
    page = holder.post(f"/sessions/{holder.session_id}/feedback", **form)
    assert "Nothing that you entered is lost" in page.text
    page = holder.post("/verify/code", **_carried(page.text))
    assert page.is_success
    page = holder.post("/verify", **_carried(page.text), **{"verification.code": "1"})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    found = re.match(r"\d{4} \d{4}", holder.mails()[-1])
    assert found is not None
    fields = _carried(page.text) | {"verification.code": found[0]}
    holder.client.follow_redirects = True
    done = holder.post("/verify", **fields)
    assert done.is_success
    assert done.url.path == f"{holder.home}/sessions/{holder.session_id}"
    given = session_reports.read_feedback(
        holder.world.services,
        Principal(AccessRole.COACHEE, person_id=holder.person_id),
        holder.session_id,
    )
    assert (given.answered[0].answers, given.text) == ({"useful": 5}, words.replace("\r\n", "\n"))


def _carried(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    # a parser makes one line feed of each line break, and a browser submits both characters
    return {
        name: unescape(value).replace("\r\n", "\n").replace("\n", "\r\n") for name, value in found
    }


def test_verification_leads_only_to_pages_behind_the_link(holder: Holder) -> None:
    for path in (
        "https://example.org/",
        "//example.org",
        f"{holder.home}/../%2e%2e/cycles",
        f"{holder.home}.example",
    ):
        fields = {"verification.go_on_to": path, "verification.code": holder.mailed_code()}
        assert holder.post("/verify", **fields).headers["location"] == holder.home
        holder.client.cookies.clear()


def test_device_is_remembered_only_if_wished(holder: Holder) -> None:
    now = holder.world.services.now()
    for remember, lifetime in (("", timedelta(hours=2)), ("true", timedelta(days=90))):
        fields = {"verification.code": holder.mailed_code()}
        if remember:
            fields["verification.remember"] = remember
        cookie = holder.post("/verify", **fields).headers["set-cookie"]
        assert ("Max-Age" in cookie) == bool(remember)
        assert "HttpOnly" in cookie
        with holder.world.database.reading() as tx:
            newest = select(VerifiedDeviceRow).order_by(VerifiedDeviceRow.created_at.desc())
            row = tx.scalars(newest).first()
            tx.expunge_all()
        assert row is not None
        assert abs(row.expires_at - now - lifetime) < timedelta(minutes=5)
        secret = cookie.partition("=")[2].partition(";")[0]
        assert secret not in repr(vars(row)), "only the hash is stored"
        assert WORDS in holder.get(f"/sessions/{holder.session_id}").text
        holder.client.cookies.clear()


@pytest.mark.parametrize("ending", ["expiry", "person", "new link"])
def test_device_that_has_ended_opens_nothing_more(holder: Holder, ending: str) -> None:
    key, record = holder.key(), f"/sessions/{holder.session_id}/record"
    assert holder.json("GET", record, None, key).is_success
    if ending == "expiry":
        with holder.world.database.writing() as tx:
            for row in tx.scalars(select(VerifiedDeviceRow)):
                row.expires_at = holder.world.services.now()
    elif ending == "person":
        (listed,) = holder.json("GET", "/me/devices", None, key).json()["devices"]
        assert listed["is_this_one"]
        assert holder.json("DELETE", f"/me/devices/{listed['id']}", None, key).is_success
    else:
        holder.secret = holder.world.link(holder.cycle_id, "C-1").secret
    assert holder.json("GET", record, None, key).status_code == HTTPStatus.FORBIDDEN


def test_device_of_one_person_does_not_verify_another(holder: Holder) -> None:
    key = holder.key()
    coach = replace(holder, secret=holder.world.link(holder.cycle_id, "K-1").secret)
    record = f"/sessions/{holder.session_id}/record"
    assert coach.json("GET", record, None, key).status_code == HTTPStatus.FORBIDDEN
    (device,) = holder.json("GET", "/me/devices", None, key).json()["devices"]
    other = replace(coach, code_of_person="K-1")
    ended = coach.json("DELETE", f"/me/devices/{device['id']}", None, other.key())
    assert ended.status_code == HTTPStatus.NOT_FOUND


def test_devices_page_lists_and_ends_devices(holder: Holder) -> None:
    holder.client.headers["User-Agent"] = FIREFOX
    holder.post("/verify", **{"verification.code": holder.mailed_code()})
    page = holder.get("/devices").text
    assert "This device" in page
    assert "Firefox, Windows" in page
    assert "Everyone who can read your mailbox" in page, "the page says who can read the code"
    (end,) = set(re.findall(r'action="([^"]+/end)"', page))  # in the header, too
    holder.client.post(end, headers=ORIGIN)
    assert "Confirm your identity" in holder.get("/devices").text


def test_code_alone_opens_nothing_once_a_pin_is_set(holder: Holder) -> None:
    aide = holder.key()  # on another device, before the PIN was set
    own = holder.set_pin()
    record = f"/sessions/{holder.session_id}/record"
    assert holder.json("GET", record, None, own).is_success
    assert holder.json("GET", record, None, aide).status_code == HTTPStatus.FORBIDDEN
    code = holder.mailed_code()
    assert holder.verify(code=code).status_code == HTTPStatus.FORBIDDEN
    assert holder.verify(code=code, pin="111111").status_code == HTTPStatus.FORBIDDEN
    assert holder.verify(code="1", pin=PIN).status_code == HTTPStatus.FORBIDDEN
    page = holder.get("/verify").text
    assert "so the code alone is not enough" in " ".join(page.split())
    key = holder.verify(code=code, pin=PIN).json()["secret"]
    assert holder.json("GET", record, None, key).is_success


def test_wrong_pins_lock_it_for_longer_each_time(holder: Holder) -> None:
    holder.set_pin()
    for attempt in range(6):
        code = holder.mailed_code()
        assert holder.verify(code=code, pin="918273").status_code == HTTPStatus.FORBIDDEN
        with holder.world.database.reading() as tx:
            row = tx.scalars(select(PinRow)).one()
            tx.expunge_all()
        locked = row.locked_until and row.locked_until - holder.world.services.now()
        assert (locked is not None) == (attempt >= 4)
        if locked is not None:
            assert timedelta(minutes=14) * (attempt - 3) < locked
            assert holder.verify(code=code, pin=PIN).status_code == HTTPStatus.FORBIDDEN, (
                "the PIN is locked"
            )
            with holder.world.database.writing() as tx:
                tx.scalars(select(PinRow)).one().locked_until = holder.world.services.now()
    assert holder.verify(code=holder.mailed_code(), pin=PIN).is_success
    assert [row.detail["failures"] for row in holder.events("PIN wrong")] == [1, 2, 3, 4, 5, 6]


def test_wrong_code_does_not_try_the_pin(holder: Holder) -> None:
    holder.set_pin()
    assert holder.verify(code="0000 0000", pin="918273").status_code == HTTPStatus.FORBIDDEN
    assert holder.events("PIN wrong") == []


def test_pin_is_stored_as_argon2id_hash_and_changed_only_with_the_current_one(
    holder: Holder,
) -> None:
    key = holder.set_pin()
    with holder.world.database.reading() as tx:
        assert tx.scalars(select(PinRow)).one().pin_hash.startswith("$argon2id$")
    for change in ({"pin": "846205"}, {"pin": None}, {"pin": None, "current": "1"}):
        refused = holder.json("PUT", "/me/pin", change, key)
        assert refused.status_code == HTTPStatus.FORBIDDEN
    assert holder.json("PUT", "/me/pin", {"pin": None, "current": PIN}, key).is_success
    assert holder.verify(code=holder.mailed_code()).is_success


def test_passkey_is_removed_on_the_page_after_confirming_again(holder: Holder) -> None:
    holder.set_pin()
    passkey = PersonPasskeyRow(
        person_id=holder.person_id,
        credential_id="phone",
        public_key=b"of the tests",
        sign_count=0,
        name="Phone",
        created_at=holder.world.services.now(),
    )
    with holder.world.database.writing() as tx:
        tx.add(passkey)
        tx.flush()
        remove = f"/passkeys/{passkey.id}/remove"
    holder.post("/verify", **{"verification.code": holder.mailed_code(), "verification.pin": PIN})
    with holder.world.database.writing() as tx:
        for row in tx.scalars(select(VerifiedDeviceRow)):
            row.created_at -= timedelta(minutes=11)
    page = holder.post(remove)
    assert page.status_code == HTTPStatus.FORBIDDEN
    fields = _carried(page.text) | {"verification.code": holder.mailed_code()}
    assert holder.post("/verify", **fields).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Remove Phone" in holder.get("/devices").text
    holder.client.follow_redirects = True
    done = holder.post("/verify", **fields, **{"verification.pin": PIN})
    assert done.is_success
    assert "Remove Phone" not in done.text
    assert holder.get("/verify?again=true").url.path.endswith("/verify")


def test_pin_that_is_easy_to_guess_is_refused(holder: Holder) -> None:
    key = holder.key()
    for pin in ("12345", "1234567890123", "12 34 56", "١٢٣٤٥٦", "123456", "121212"):
        refused = holder.json("PUT", "/me/pin", {"pin": pin}, key)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, pin
        assert refused.json()["faults"][0]["column"] == "pin"


@pytest.mark.parametrize("by_page", [False, True])
def test_office_removes_a_lost_pin_in_the_trail_and_by_mail(holder: Holder, by_page: bool) -> None:
    key = holder.set_pin()
    office = {"Authorization": f"Bearer {holder.world.manager_token()}"}
    if by_page:
        path = f"/people/{holder.person_id}/pin/reset"
        assert "notified by email" in holder.client.post(path, headers=office).text
    else:
        path = f"{API}/people/{holder.person_id}/pin"
        assert holder.client.delete(path, headers=office).json() == {"mailed": True}
    assert "the programme office removed the PIN or the passkeys" in holder.mails()[-1]
    assert holder.server.taken[-1].recipient == "c1@example.org"
    (event,) = holder.events("PIN reset")
    assert (event.role, event.object_id) == ("manager", holder.person_id)
    record = f"/sessions/{holder.session_id}/record"
    assert holder.json("GET", record, None, key).status_code == HTTPStatus.FORBIDDEN
    assert holder.verify(code=holder.mailed_code()).is_success
    again = holder.client.delete(f"{API}/people/{holder.person_id}/pin", headers=office)
    assert again.status_code == HTTPStatus.CONFLICT


def test_trail_says_by_which_link_of_the_office_and_how_verified(holder: Holder) -> None:
    holder.post("/accept-all")
    (made,) = holder.events("link made")
    accepted = holder.events("session accepted")[0]
    link = made.detail["credential"]
    assert accepted.detail == {"credential": link, "issued_by": "office", "verified_by": "link"}
    key = holder.set_pin()
    (device,) = holder.json("GET", "/me/devices", None, key).json()["devices"]
    chosen = {"attendance": "held", "answers": {"useful": 1}}
    assert holder.json("PUT", f"/sessions/{holder.session_id}/feedback", chosen, key).is_success
    given = holder.events("feedback given")[-1].detail
    assert given["credential"] == link
    assert (given["issued_by"], given["verified_by"]) == ("office", "code")
    assert given["device"] == device["id"]
    holder.key(pin=PIN)
    assert holder.events("device verified")[-1].detail["verified_by"] == "code and PIN"


def test_without_mail_the_link_opens_everything_until_a_pin_is_set(without_mail: Holder) -> None:
    person, record = without_mail, f"/sessions/{without_mail.session_id}/record"
    assert person.json("GET", record).is_success
    assert "Anyone who has its link can read your session notes" in " ".join(
        person.get().text.split()
    )
    assert person.json("POST", "/me/verification/code").status_code == HTTPStatus.CONFLICT
    assert person.verify().status_code == HTTPStatus.CONFLICT, "nothing to verify"
    changed = person.post("/pin", pin=PIN)
    assert changed.status_code == HTTPStatus.SEE_OTHER
    assert person.json("GET", record).status_code == HTTPStatus.FORBIDDEN
    assert person.verify(pin="918273").status_code == HTTPStatus.FORBIDDEN
    key = person.verify(pin=PIN).json()["secret"]
    assert person.json("GET", record, None, key).is_success
    assert person.events("device verified")[-1].detail["verified_by"] == "PIN"
    office = {"Authorization": f"Bearer {person.world.manager_token()}"}
    reset = person.client.delete(f"{API}/people/{person.person_id}/pin", headers=office)
    assert reset.json() == {"mailed": False}
    assert person.json("GET", record).is_success


def test_without_an_address_the_link_opens_everything(holder: Holder) -> None:
    from api.participants.rows import PersonRow  # noqa: PLC0415

    with holder.world.database.writing() as tx:
        tx.get_one(PersonRow, holder.person_id).email = ""
    assert holder.json("GET", f"/sessions/{holder.session_id}/record").is_success


def test_coach_with_link_alone_writes_no_record(holder: Holder) -> None:
    coach = replace(holder, secret=holder.world.link(holder.cycle_id, "K-1").secret)
    path = f"/sessions/{holder.session_id}/record"
    body = {"session_date": "2026-01-28", "attendance": "held", "topic": "Another"}
    assert coach.json("PUT", path, body).status_code == HTTPStatus.FORBIDDEN
    form = body | {"private": "x" * 19_000}  # larger than other forms may be
    page = coach.post(f"/sessions/{holder.session_id}/note", **form)
    assert page.status_code == HTTPStatus.FORBIDDEN
    carried = _carried(page.text)
    assert carried["private"] == form["private"]
    assert coach.post("/verify/code", **(carried | {"private": "я" * 19_000})).is_success


def test_aide_with_link_and_mailbox_is_the_person_unless_a_pin_is_set(holder: Holder) -> None:
    record = f"/sessions/{holder.session_id}/record"
    aide = holder.key()
    assert holder.json("GET", record, None, aide).json()["topic"] == TOPIC
    holder.set_pin()
    assert holder.json("GET", record, None, aide).status_code == HTTPStatus.FORBIDDEN


def test_inserted_device_and_pin_open_nothing(holder: Holder) -> None:
    now, record = holder.world.services.now(), f"/sessions/{holder.session_id}/record"
    own = holder.set_pin()
    device = {
        "id": "0" * 20,
        "person_id": holder.person_id,
        "secret_sha256": sha256_of("forged"),
        "verification": "code and PIN",
        "name": "",
        "remembered": True,
        "created_at": now,
        "expires_at": now + timedelta(days=1),
        "seal": "0" * 64,
    }
    with holder.world.database.writing() as tx:
        tx.connection().execute(insert(VerifiedDeviceRow.__table__), device)  # type: ignore[arg-type]
    assert holder.json("GET", record, None, "forged").status_code == HTTPStatus.FORBIDDEN
    with holder.world.database.writing() as tx:
        forged = {"pin_hash": hash_password("918273")}
        tx.connection().execute(update(PinRow.__table__).values(forged))  # type: ignore[arg-type]
    code = holder.mailed_code()
    for pin in ("918273", PIN):
        assert holder.verify(code=code, pin=pin).status_code == HTTPStatus.FORBIDDEN
    assert holder.json("GET", record, None, own).is_success, "verified before the attack"
