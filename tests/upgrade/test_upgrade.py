"""This version works with a database that was in use by an older version.

`from-0013.sql.gz` is that database, `master.key` is its key file, and `manifest.json` contains the
secrets given to people and the expected results. README.md describes how the files were created.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pyotp
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import create_engine, make_url, select, text
from starlette.testclient import TestClient

from api.accounts.credentials import CREDENTIAL_BY_SECRET, sha256_of
from api.accounts.rows import CredentialRow
from api.app import create_app
from api.cli import main
from api.cli.services import open_cli_services
from api.database import schema
from api.database.engine import Database
from api.http.principal import SYSTEM, AccessRole, Principal, TokenScope, Verification
from api.personal_links.verified_devices import issue_device
from api.replies.sender import TokenIndex, tokens_in
from api.settings import Settings
from tests.api.conftest import ANY_VERSION, PostgresServer, postgres  # noqa: F401 - a fixture
from tests.mail_server import MailServer, mail_server

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
MANIFEST: dict[str, Any] = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
MAIN = MANIFEST["cycles"]["main"]
OFFICE = MANIFEST["office"]
PUBLIC_URL = MANIFEST["public_url"]
ENDS = datetime.fromisoformat(MANIFEST["ends"]).replace(tzinfo=UTC)
COOKIE = "__Host-gender-coach"
API = "/api/v1"
SECONDS = 120
RESTARTS = 5
OTHER_MAILS = 2  # a reminder and a code; the other rows of `mails` belong to a row of `outbox`
AT_ONCE = 0.05  # polling interval in seconds
NEW_ACTIONS = {
    "messages released": 1,
    "mails tried again": 1,
    "run finished": 2,
    "question finished": 2,
    "plan published": 2,
    "session declined": 12,
}
DAILY = ("retention-", "verifying-")
LINK = re.compile(re.escape(PUBLIC_URL) + r"(/p/([\w-]+)/sessions/[0-9a-f]{20})")


@dataclass
class Deployment:
    """A server that runs this version on the older version's database."""

    folder: Path
    url: str

    @contextmanager
    def served(self) -> Iterator[TestClient]:
        """Yield a client without cookies for a server with the current environment."""
        with TestClient(
            create_app(Settings()),
            base_url=PUBLIC_URL,
            follow_redirects=False,
            headers={"Origin": PUBLIC_URL},
        ) as client:
            yield client

    def rows(self, statement: str) -> list[Any]:
        """Return the rows of a statement, after replacing `{dbos}` with the job engine's schema."""
        url = make_url(self.url)
        if url.get_backend_name() == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        schema = "" if url.get_backend_name() == "sqlite" else "dbos."
        engine = create_engine(url)
        try:
            with engine.begin() as connection:
                found = connection.execute(text(statement.replace("{dbos}", schema)))
                return list(found) if found.returns_rows else []
        finally:
            engine.dispose()

    def states(self) -> dict[str, str]:
        """Return the state of each job left behind by the older version, keyed by job id."""
        left = {job for jobs in MANIFEST["jobs"].values() for job in jobs}
        jobs = self.rows("SELECT workflow_uuid, status FROM {dbos}workflow_status")
        return {job: state for job, state in jobs if job in left}


def _command(*arguments: object) -> str:
    """Run a command, check that it succeeds, and return its output."""
    # Not pytest's streams, because the job engine keeps using the first streams it finds.
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert not ended.value.code, err.getvalue()
    return out.getvalue()


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the older version's data folder; its browser session and codes are valid again."""
    folder = tmp_path_factory.mktemp("older")
    with closing(sqlite3.connect(folder / "gender-coach.sqlite")) as connection:
        dump = gzip.decompress((HERE / "from-0013.sql.gz").read_bytes())
        connection.executescript(dump.decode())
        now = datetime.now(UTC).replace(tzinfo=None)
        moments = (str(now - timedelta(minutes=1)), str(now + timedelta(minutes=9)))
        connection.execute(
            "UPDATE credentials SET last_used_at = ?, confirmed_at = ? WHERE id = ?",
            (moments[0], moments[0], OFFICE["cookie_id"]),
        )
        connection.execute("UPDATE one_time_codes SET created_at = ?, expires_at = ?", moments)
        connection.commit()
    shutil.copyfile(HERE / "master.key", folder / "master.key")
    (folder / "master.key").chmod(0o600)
    return folder


@pytest.fixture(scope="session")
def newer(older: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder after its migration to this version."""
    folder = tmp_path_factory.mktemp("newer") / "data"
    shutil.copytree(older, folder)
    with pytest.MonkeyPatch.context() as environment:
        _set_environment(environment, folder)
        output = _command("migrate")
    assert output.startswith("The database schema was 0013 and is now ")
    return folder


@pytest.fixture
def deployment(
    newer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Deployment:
    """Return a deployment of this version without a worker, on PostgreSQL if the tests use it."""
    folder = tmp_path / "data"
    shutil.copytree(newer, folder)
    _set_environment(monkeypatch, folder)
    _widen_token(folder)
    if os.environ.get("TEST_DATABASE", "sqlite") == "sqlite":
        return Deployment(folder, f"sqlite:///{folder / 'gender-coach.sqlite'}")
    server: PostgresServer = request.getfixturevalue("postgres")
    copy, url = folder / "copy", server.new_database()
    _command("backup", "--to", copy)
    monkeypatch.setenv("DATABASE_URL", url)
    assert "is intact" in _command("restore", copy)
    return Deployment(folder, url)


def _widen_token(folder: Path) -> None:
    """Give the manager's token all scopes again, as if it had been created in this version."""
    with open_cli_services(folder) as services, services.database.writing() as tx:
        digest = hashlib.sha256(OFFICE["token"].encode()).hexdigest()
        row = tx.scalars(select(CredentialRow).where(CredentialRow.secret_sha256 == digest)).one()
        row.scopes, row.confirmed_at = " ".join(TokenScope), services.now()


def _set_environment(environment: pytest.MonkeyPatch, folder: Path) -> None:
    """Configure this version for a data folder."""
    assert datetime.now(UTC) < ENDS, "the secrets of the fixture have expired"
    for name in [name for name in os.environ if name.startswith("GENDER_COACH_")]:
        environment.delenv(name)
    environment.delenv("DATABASE_URL", raising=False)
    environment.setenv("GENDER_COACH_DATA_DIR", str(folder))
    environment.setenv("GENDER_COACH_PUBLIC_URL", PUBLIC_URL)
    environment.setenv("GENDER_COACH_WORKER", "false")
    environment.setenv("GENDER_COACH_RUN_WORKERS", "1")


@pytest.fixture
def client(deployment: Deployment) -> Iterator[TestClient]:
    """Return a client without cookies for a server without a worker."""
    with deployment.served() as client:
        yield client


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


OFFICE_TOKEN = _bearer(OFFICE["token"])


def _read(client: TestClient, address: str, who: dict[str, str] = OFFICE_TOKEN) -> Any:  # noqa: ANN401 - JSON
    answer = client.get(f"{API}{address}", headers=who)
    assert answer.status_code == HTTPStatus.OK, answer.text
    return answer.json()


def _until(what: Callable[[], bool], describe: Callable[[], object]) -> None:
    ends = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < ends, describe()
        time.sleep(0.25)


def test_migration_of_an_older_database_keeps_every_row(newer: Path) -> None:
    with closing(sqlite3.connect(newer / "gender-coach.sqlite")) as connection:
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        rows = MANIFEST["rows"] | {"mails": MANIFEST["rows"]["outbox"] + OTHER_MAILS}
        kept = {name: count for name, count in rows.items() if name in there}
        found = {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - ours
            for name in kept
        }
    assert kept.keys() >= {"audit", "credentials", "mails", "notes", "workflow_status"}
    assert found == kept


def test_rows_of_an_older_database_are_sealed_once(deployment: Deployment) -> None:
    assert "rows are unaltered" in _command("audit", "verify")
    sealed = deployment.rows("SELECT name FROM sealed_tables ORDER BY name")
    assert {"users", "credentials", "passkeys", "recovery_codes"} <= {name for (name,) in sealed}
    count = "SELECT count(*) FROM audit WHERE action = 'rows sealed'"
    ((recorded,),) = deployment.rows(count)
    assert recorded >= 1
    deployment.rows(
        "INSERT INTO users (id, name, role, created_at, failures, totp_step) "
        "VALUES ('forged', 'Eve', 'manager', '2026-01-01 00:00:00', 0, 0)"
    )
    _refused(deployment, "users forged")
    deployment.rows("DELETE FROM sealed_tables")
    _refused(deployment, "users forged")
    assert deployment.rows(count) == [(recorded,)]


def _refused(deployment: Deployment, row: str) -> None:
    """Check that the verification names a row that was inserted by hand."""
    err = io.StringIO()
    data = ("--data", str(deployment.folder))
    with redirect_stdout(io.StringIO()), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(["audit", "verify", *data])
    assert ended.value.code
    assert row in err.getvalue()


def test_audit_trail_of_an_older_database_verifies_and_continues(deployment: Deployment) -> None:
    trail = MANIFEST["trail"]
    verify = "audit", "verify", "--head", trail["head"]
    assert "rows are unaltered" in _command(*verify)
    with deployment.served() as client:
        before = _actions(client)
        assert before.keys() >= set(trail["actions"])
        assert before.total() >= trail["rows"]
        publish = client.post(
            f"{API}/plans/{MAIN['draft']}/publish", headers=OFFICE_TOKEN | ANY_VERSION
        )
        assert publish.status_code == HTTPStatus.OK
        assert _actions(client)["plan published"] == before["plan published"] + 1
    assert "rows are unaltered" in _command(*verify)


def _actions(client: TestClient) -> Counter[str]:
    """Count the audit events by action."""
    events = _read(client, "/audit?limit=1000", _bearer(OFFICE["auditor_token"]))
    return Counter(event["action"] for event in events)


def test_people_in_the_audit_trail_of_an_older_database_keep_their_pseudonyms(
    client: TestClient,
) -> None:
    events = _read(client, "/audit?object_kind=person", _bearer(OFFICE["auditor_token"]))
    assert {event["object_id"] for event in events} == set(MAIN["pseudonyms"].values())


def test_people_of_an_older_database_are_one_row_each_in_the_directory(
    deployment: Deployment,
) -> None:
    people = deployment.rows("SELECT id, name, email FROM people WHERE erased_at IS NULL")
    with deployment.served() as client:
        found = client.post(f"{API}/directory/search", json={}, headers=OFFICE_TOKEN).json()
    assert {
        (role["person_id"], human["name"], human["email"])
        for human in found["entries"]
        for role in human["roles"]
    } == {tuple(person) for person in people}


def test_secret_link_in_an_older_email_opens_a_session_and_replies(client: TestClient) -> None:
    for code, secret in MAIN["links"].items():
        assert client.get(f"/p/{secret}").status_code == HTTPStatus.OK
        own = _read(client, "/me/sessions", _bearer(secret))["sessions"]
        assert own, code
        answer = client.put(
            f"{API}/sessions/{own[-1]['id']}/reply",
            json={"reply": "accepted"},
            headers=_bearer(secret),
        )
        side = "coachee_reply" if code.startswith("C") else "coach_reply"
        assert answer.json()[side] == "accepted"
    assert client.get(f"/p/{MAIN['revoked_link']}").status_code == HTTPStatus.NOT_FOUND


def test_message_in_an_older_outbox_becomes_the_expected_email(
    client: TestClient,
) -> None:
    expected = MANIFEST["cycles"]["unsent"]["mail"]
    content = client.get(f"{API}/outbox/{expected['id']}.eml", headers=OFFICE_TOKEN).content
    mail = message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    assert mail["Message-ID"] == expected["message_id"]
    services = client.app.state.services  # type: ignore[attr-defined]
    with services.database.reading() as tx:
        index = TokenIndex(tx, services.keyring)
        addresses = (expected["reply_to"], mail["Reply-To"])
        people = [index.person_of(tokens_in([address])) for address in addresses]
    assert people[0] is not None
    assert people[0] == people[1], "replies to emails of the older version still count"
    part = mail.get_body(("plain",))
    assert part is not None
    found = LINK.search(part.get_content())
    assert found is not None
    assert found[2] == expected["link"]


def test_reports_of_an_older_version_are_readable_by_their_audience(client: TestClient) -> None:
    consents = _read(client, f"/cycles/{MAIN['id']}/consents")
    agreed = {each["person"]["code"]: each for each in consents}
    for code, expected in MAIN["told"].items():
        session = f"/sessions/{expected['session']}"
        coachee = _bearer(MAIN["links"][expected["coachee"]])
        shown = _read(client, session)
        assert (shown["coachee_reply"], shown["coach_reply"]) == ("accepted", "declined")
        record = _read(client, f"{session}/record", coachee)
        assert (record["attendance"], record["topic"]) == ("held", "Own role")
        feedback = _read(client, f"{session}/feedback", coachee)
        assert feedback["text"] == "to the point"
        (sheet,) = feedback["answered"]
        assert sheet["answers"] == {"rating": 4}
        rated = sheet["instrument"]
        assert (rated["code"], rated["version"]) == ("session_rating", "1")
        assert rated["scale"]["labels"][3] == {"en": "useful"}
        coach = _bearer(MAIN["links"][code])
        assert _read(client, "/me/consent", coach)["accepted_at"] is None, "the text has changed"
        assert agreed[code]["accepted_version"] == "2026-11", "the earlier acceptance is kept"
        assert _read(client, "/me/consent", coachee)["publicity_given_at"] is not None
        note = client.get(f"{API}{session}/note", headers=coach)
        assert note.status_code == HTTPStatus.FORBIDDEN, "a link without a device key opens no note"


@pytest.mark.parametrize("rotated", [False, True])
@pytest.mark.parametrize("typed", ["passphrase", "recovery_code"])
def test_notes_of_an_older_version_are_opened_once_more_on_their_device(
    deployment: Deployment, typed: str, *, rotated: bool
) -> None:
    if rotated:
        _command("keys", "rotate")
    with deployment.served() as client:
        for code, note in MAIN["notes"].items():
            coach = _bearer(MAIN["links"][code])
            by_header = coach | {"X-Notes-Key": note["device_key"]}
            address = f"{API}/sessions/{MAIN['told'][code]['session']}/note"
            assert client.get(address, headers=by_header).status_code == HTTPStatus.FORBIDDEN
            assert _read(client, "/me/notes", by_header)["needs_renewal"] is True
            nothing = client.post(
                f"{API}/me/notes/open", json={"passphrase": ""}, headers=by_header
            )
            assert nothing.status_code == HTTPStatus.FORBIDDEN, "the device alone is not enough"
            entered = {"passphrase": note[typed]}
            opened = client.post(f"{API}/me/notes/open", json=entered, headers=by_header)
            status = opened.json()
            assert status["is_open"] is True
            assert status["has_passphrase"] is (typed == "passphrase")
            assert status["recovery_code"] not in {None, note["recovery_code"]}
            assert client.get(address, headers=coach).json()["text"] == note["text"]
            rewritten = client.put(address, json={"text": "since"}, headers=coach)
            assert rewritten.json()["version"] == 2
            client.cookies.clear()
            for secret in (note["device_key"], status["recovery_code"]):
                elsewhere = client.get(address, headers=coach | {"X-Notes-Key": secret})
                assert elsewhere.status_code == HTTPStatus.FORBIDDEN
            again = {"passphrase": status["recovery_code"]}
            client.post(f"{API}/me/notes/open", json=again, headers=coach)
            assert client.get(address, headers=coach).json()["text"] == "since"
    assert deployment.rows("SELECT count(*) FROM note_keys WHERE notebook = 0") == [(0,)]


@pytest.mark.parametrize("by", ["passphrase", "recovery_code"])
def test_encrypted_note_of_an_older_version_opens_on_another_device(
    client: TestClient, by: str
) -> None:
    note, coach = MAIN["notes"]["K-1"], _bearer(MAIN["links"]["K-1"])
    wrong = client.post(f"{API}/me/notes/open", json={"passphrase": ""}, headers=coach)
    assert wrong.status_code == HTTPStatus.FORBIDDEN, "nothing typed, on an unknown device"
    typed = {"passphrase": note[by]}
    opened = client.post(f"{API}/me/notes/open", json=typed, headers=coach)
    assert opened.json()["is_open"] is True
    address = f"{API}/sessions/{MAIN['told']['K-1']['session']}/note"
    assert client.get(address, headers=coach).json()["text"] == note["text"]


def test_one_time_code_in_an_older_email_opens_notes_if_email_is_enabled(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENDER_COACH_MAIL__HOST", "127.0.0.1")
    coach = _bearer(MAIN["links"]["K-1"])
    typed = {"passphrase": MAIN["notes"]["K-1"]["passphrase"], "code": MAIN["code"]["digits"]}
    with deployment.served() as client:
        coach["X-Device-Key"] = _verified_long_ago(client, MAIN["links"]["K-1"])
        opened = client.post(f"{API}/me/notes/open", json=typed, headers=coach)
    assert opened.json()["is_open"] is True


def _verified_long_ago(client: TestClient, link: str) -> str:
    """Return the key of a coach's device that was verified too long ago to open notes."""
    services = client.app.state.services.on_behalf_of(lambda: SYSTEM)  # type: ignore[attr-defined]
    before = services.now() - timedelta(hours=3)
    with services.database.writing() as tx:
        row = tx.scalars(CREDENTIAL_BY_SECRET, {"sha256": sha256_of(link)}).one()
        coach = Principal(AccessRole.COACH, person_id=row.person_id, credential_id=row.id)
        issued = issue_device(tx, coach, Verification.CODE, "", remember=True, now=before)
        return str(issued.secret)


def test_tokens_and_cookie_of_an_older_version_give_the_same_access(client: TestClient) -> None:
    assert _read(client, "/me")["role"] == "manager"
    assert _read(client, "/me", _bearer(OFFICE["auditor_token"]))["role"] == "auditor"
    revoked = client.get(f"{API}/me", headers=_bearer(OFFICE["revoked_token"]))
    assert revoked.status_code == HTTPStatus.UNAUTHORIZED
    client.cookies.set(COOKIE, OFFICE["cookie"])
    assert client.get(f"{API}/me").json()["role"] == "manager"
    assert client.get(f"/cycles/{MAIN['id']}").status_code == HTTPStatus.OK


def test_tokens_of_an_older_version_may_only_read_and_end_after_thirty_days(
    newer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(newer, folder)
    _set_environment(monkeypatch, folder)
    with Deployment(folder, "").served() as client:
        listed = _read(client, "/me/credentials")
        publish = client.post(
            f"{API}/plans/{MAIN['draft']}/publish", headers=OFFICE_TOKEN | ANY_VERSION
        )
    valid = [each for each in listed if each["kind"] == "token" and not each["revoked_at"]]
    assert valid
    for token in valid:
        assert token["scopes"] == ["read"]
        left = datetime.fromisoformat(token["expires_at"]) - datetime.now(UTC)
        assert timedelta(days=29) < left <= timedelta(days=30)
    assert publish.status_code == HTTPStatus.FORBIDDEN
    assert publish.json()["params"] == {"scope": "people"}


def test_sign_in_link_of_an_older_version_signs_in_once(client: TestClient) -> None:
    address = f"/sign-in/{OFFICE['sign_in_secret']}"
    assert client.get(address).status_code == HTTPStatus.OK
    signed_in = client.post(address)
    assert signed_in.status_code == HTTPStatus.SEE_OTHER
    assert COOKIE in client.cookies
    assert client.get(f"{API}/me").json()["role"] == "manager"
    client.cookies.clear()
    assert client.post(address).status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("factor", ["app", "recovery code"])
def test_password_and_second_factor_of_an_older_version_sign_in(
    client: TestClient, factor: str
) -> None:
    code = pyotp.TOTP(OFFICE["totp_secret"]).now()
    typed = {
        "name": OFFICE["name"],
        "password": OFFICE["password"],
        "code": code if factor == "app" else OFFICE["recovery_code"],
    }
    assert client.post("/sign-in", data=typed).status_code == HTTPStatus.SEE_OTHER
    assert client.get(f"{API}/me").json()["role"] == "manager"


def test_passkey_of_an_older_version_signs_in(client: TestClient) -> None:
    options = client.post("/sign-in/passkey/begin", json={}).json()
    credential = _signed(options["challenge"], OFFICE["passkey"])
    finished = client.post("/sign-in/passkey/finish", json={"credential": credential})
    assert finished.status_code == HTTPStatus.OK, finished.text
    assert client.get(f"{API}/me").json()["role"] == "manager"


def _signed(challenge: str, passkey: dict[str, Any]) -> dict[str, Any]:
    """Return a browser's response to a passkey challenge after user verification."""

    def plain(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    about = {"type": "webauthn.get", "challenge": challenge, "origin": PUBLIC_URL}
    client_data = json.dumps(about).encode()
    host = hashlib.sha256(PUBLIC_URL.partition("://")[2].encode()).digest()
    device_data = host + b"\x05" + (passkey["sign_count"] + 1).to_bytes(4)
    private = serialization.load_pem_private_key(passkey["private_key"].encode(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    content = device_data + hashlib.sha256(client_data).digest()
    return {
        "id": passkey["id"],
        "rawId": passkey["id"],
        "type": "public-key",
        "response": {
            "clientDataJSON": plain(client_data),
            "authenticatorData": plain(device_data),
            "signature": plain(private.sign(content, ec.ECDSA(hashes.SHA256()))),
        },
    }


def test_plans_and_answers_of_an_older_version_are_shown_and_compared(client: TestClient) -> None:
    states = {plan["id"]: plan["state"] for plan in _read(client, f"/cycles/{MAIN['id']}/plans")}
    assert states == {
        MAIN["superseded"]: "superseded",
        MAIN["published"]: "published",
        MAIN["draft"]: "draft",
        MAIN["what_if"]: "what-if",
    }
    for plan_id in states:
        plan = _read(client, f"/plans/{plan_id}")
        assert plan["result"]["matches"][0]["verdicts"][0]["because"]
        _read(client, f"/runs/{plan['summary']['run_id']}/record")
        if plan_id != MAIN["published"]:
            _read(client, f"/plans/{plan_id}/comparison")
    answered = _read(client, f"/questions/{MAIN['answered_question']}")
    assert answered["state"] == "finished"
    assert answered["answer"]["explanation"]
    purposes = Counter(run["purpose"] for run in _read(client, f"/cycles/{MAIN['id']}/runs"))
    assert purposes == {"plan": 3, "what-if": 1}


def _in_current_words(reason: str) -> str:
    for former, current in (
        ("both offer ", "both speak "),
        ("RS and SE", "Serbia and Sweden"),
        ("states no preference", "has not stated a preference"),
        ("names no topic", "has not named any topics"),
    ):
        reason = reason.replace(former, current)
    return reason


def _stored_sentences(older: Path) -> dict[str, set[str]]:
    """Return the older version's stored reasons, in the current wording, keyed by plan."""
    with closing(sqlite3.connect(older / "gender-coach.sqlite")) as connection:
        results = dict(connection.execute("SELECT id, result FROM plans"))
    return {
        plan_id: {
            _in_current_words(verdict["because"])
            for match in json.loads(result)["matches"]
            for verdict in match["verdicts"]
        }
        | {move["because"] for move in json.loads(result).get("moves", ())}
        for plan_id, result in results.items()
    }


@pytest.mark.parametrize("language", ["en", "en-XA"])
def test_plan_of_an_older_version_is_shown_in_any_language(
    older: Path, deployment: Deployment, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("GENDER_COACH_LANGUAGE", language)
    with deployment.served() as client:
        for plan_id, sentences in _stored_sentences(older).items():
            report = f"/plans/{plan_id}/report.html"
            page = unescape(client.get(report, headers=OFFICE_TOKEN).text)
            shown = {sentence for sentence in sentences if sentence in page}
            assert shown == (sentences if language == "en" else set())
            result = json.dumps(_read(client, f"/plans/{plan_id}")["result"])
            assert '"code": "legacy"' not in result
            assert ("both speak Serbian" in result) == (language == "en")


def test_draft_plan_of_an_older_version_is_published(client: TestClient) -> None:
    publication = client.post(
        f"{API}/plans/{MAIN['draft']}/publish", headers=OFFICE_TOKEN | ANY_VERSION
    ).json()
    assert publication["plan"]["state"] == "published"
    assert publication["requests"] > 0
    before = _read(client, f"/plans/{MAIN['published']}")
    assert before["summary"]["state"] == "superseded"
    sessions = _read(client, f"/cycles/{MAIN['id']}/schedule")
    assert len(sessions) > MAIN["sessions"]
    pending = _read(client, f"/cycles/{MAIN['id']}/outbox/waiting")
    assert pending["ready"] >= publication["requests"]


@pytest.mark.usefixtures("deployment")
def test_person_in_an_older_database_is_exported_with_their_reports() -> None:
    coachee = MAIN["told"]["K-1"]["coachee"]
    held = _command("person", "export", coachee, "--cycle", MAIN["id"])
    assert "to the point" in json.dumps(json.loads(held))


def test_emails_of_an_older_database_are_restored_by_a_downgrade(
    deployment: Deployment, older: Path
) -> None:
    tables = {
        "mails": "id, kind, cycle_id, person_id, outbox_id, session_id, occasion, code_id, state, "
        "created_at, ended_at, tries, problem",
        "outbox": "id, cycle_id, plan_id, session_id, person_id, side, method, created_at, sent_at",
    }
    with closing(sqlite3.connect(older / "gender-coach.sqlite")) as connection:
        before = {
            name: connection.execute(f"SELECT {columns} FROM {name}").fetchall()  # noqa: S608 - ours
            for name, columns in tables.items()
        }
        (messages,) = zip(*connection.execute("SELECT message FROM outbox"), strict=True)
    database = Database(deployment.url)
    schema.migrate(database, "0013")
    for name, columns in tables.items():
        found = deployment.rows(f"SELECT {columns} FROM {name}")  # noqa: S608 - ours
        assert _comparable(found) == _comparable(before[name]), name
    found = [message for (message,) in deployment.rows("SELECT message FROM outbox")]
    assert _contents(found) == _contents(messages)
    schema.migrate(database)
    database.close()


def _comparable(rows: Iterable[Iterable[object]]) -> list[list[str]]:
    """Return sorted rows as text, with times as SQLite stores them."""
    return sorted([str(value).removesuffix("+00:00") for value in row] for row in rows)


def _contents(messages: Iterable[Any]) -> list[str]:
    parsed = [json.loads(one) if isinstance(one, str) else one for one in messages]
    return sorted(json.dumps(one, sort_keys=True) for one in parsed)


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Return a mail server on the loopback interface."""
    with mail_server() as server:
        yield server


@pytest.fixture
def with_mail(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    """Configure the deployment to run a worker and send email to a local server."""
    monkeypatch.setenv("GENDER_COACH_MAIL__HOST", "127.0.0.1")
    monkeypatch.setenv("GENDER_COACH_MAIL__PORT", str(server.port))
    monkeypatch.setenv("GENDER_COACH_MAIL__SECURITY", "none")
    monkeypatch.setenv("GENDER_COACH_WORKER", "true")
    return server


def test_worker_on_an_older_database_finishes_pending_jobs_and_sends_each_email_once(
    deployment: Deployment, with_mail: MailServer
) -> None:
    cycles = MANIFEST["cycles"]
    _poll_immediately(deployment)
    with deployment.served() as client:
        before = _actions(client)
        pending = _read(client, f"/cycles/{cycles['unsent']['id']}/outbox/waiting")
        assert pending["ready"] == cycles["unsent"]["waiting"]
        post = f"{API}/cycles/{cycles['unsent']['id']}/outbox/post"
        released = client.post(post, json={"until": pending["until"]}, headers=OFFICE_TOKEN)
        assert released.json()["waiting"] == pending["ready"]
        failed = _read(client, f"/cycles/{MAIN['id']}/outbox/post")["failed"]
        assert Counter(mail["kind"] for mail in failed) == {
            "invitation": MAIN["failed_mails"],
            "reply reminder": 1,
        }
        client.post(f"{API}/cycles/{MAIN['id']}/outbox/post/retry", headers=OFFICE_TOKEN)
        _until(lambda: _is_done(deployment, but=DAILY), deployment.states)
        _until(lambda: not _waiting(client), lambda: _waiting(client))
        assert Counter(mail.recipient for mail in with_mail.taken) == _expected_mails()
        assert set(with_mail.times().values()) == {1}
        _follow_links(client, with_mail)
        for name in ("interrupted", "queued"):
            run = _read(client, f"/runs/{cycles[name]['run']}")
            assert run["state"] == "finished", run
            published = client.post(
                f"{API}/plans/{run['plan_id']}/publish", headers=OFFICE_TOKEN | ANY_VERSION
            )
            assert published.status_code == HTTPStatus.OK
        for name in ("interrupted_question", "queued_question"):
            question = _read(client, f"/questions/{MAIN[name]}")
            assert question["state"] == "finished", question
            assert question["answer"]
        assert _actions(client) - before >= Counter(NEW_ACTIONS)
    _finish_daily_jobs(deployment)
    assert set(deployment.states().values()) == {"SUCCESS"}
    output = _command("audit", "verify", "--head", MANIFEST["trail"]["head"])
    assert "rows are unaltered" in output
    assert set(with_mail.times().values()) == {1}, "nothing is sent a second time"


def _poll_immediately(deployment: Deployment) -> None:
    """Let the next worker poll all queues immediately instead of after half a minute."""
    deployment.rows(f"UPDATE {{dbos}}queues SET polling_interval_sec = {AT_ONCE}")  # noqa: S608 - ours


def _finish_daily_jobs(deployment: Deployment) -> None:
    """Start workers until the daily jobs have finished."""
    for _ in range(RESTARTS):
        if _is_done(deployment):
            return
        _poll_immediately(deployment)
        with deployment.served():
            ends = time.monotonic() + 2
            while not _is_done(deployment) and time.monotonic() < ends:
                time.sleep(0.1)


def _is_done(deployment: Deployment, but: tuple[str, ...] = ()) -> bool:
    states = deployment.states()
    return all(state == "SUCCESS" for job, state in states.items() if not job.startswith(but))


def _waiting(client: TestClient) -> dict[str, Any]:
    """Return the delivery status of each cycle that has waiting or failed emails."""
    posts = {
        name: _read(client, f"/cycles/{cycle['id']}/outbox/post")
        for name, cycle in MANIFEST["cycles"].items()
    }
    return {name: post for name, post in posts.items() if post["waiting"] or post["failed"]}


def _expected_mails() -> Counter[str]:
    """Return the number of expected emails per recipient.

    Each small cycle has four emails to its coach and two to each coachee.
    """
    cycle = {"c1@one.example.org": 2, "c2@two.example.org": 2, "k1@one.example.org": 4}
    small = Counter({address: 3 * count for address, count in cycle.items()})
    again = {MAIN["failed_address"]: MAIN["failed_mails"]}
    return small + Counter(again) + Counter({"k1@one.example.org": 1})  # a one-time code


def _follow_links(client: TestClient, server: MailServer) -> None:
    """Open the page that each invitation links to, and reply there."""
    letters = [taken.text for taken in server.taken]
    links = [found for letter in letters if (found := LINK.search(letter))]
    assert len(links) == len(letters) - 1, "every email has a link, except the one-time code"
    digits = MAIN["code"]["digits"]
    assert sum(f"{digits[:4]} {digits[4:]}" in letter for letter in letters) == 1
    for page, secret in {(link[1], link[2]) for link in links}:
        assert client.get(page).status_code == HTTPStatus.OK
        session = page.rpartition("/")[2]
        answer = client.put(
            f"{API}/sessions/{session}/reply",
            json={"reply": "declined", "comment": "a day later"},
            headers=_bearer(secret),
        )
        assert answer.status_code == HTTPStatus.OK, answer.text
