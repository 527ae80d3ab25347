"""A client generated from the OpenAPI document drives a cycle without handwritten requests."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.http.principal import TokenScope
from tests.api.conftest import coachees_csv, coaches_csv
from tests.api.http.generated_client import GeneratedClient, generated

if TYPE_CHECKING:
    from conftest import SharedServer

pytestmark = pytest.mark.slow

_RUN_SECONDS = 60
_GUIDE = Path(__file__).parents[3] / "docs/how-to/use-the-api.md"
_STEP = re.compile(
    r"```(?P<language>sh|python)\n(?P<command>.*?)```"
    r"|Put `(?P<field>\w+)` of the answer into `(?P<name>\w+)`",
    re.DOTALL,
)
_SETTINGS = {
    "cycle": {"name": "Spring", "start": "2027-01-18", "end": "2027-07-16"},
    "sessions": {"count": 2},
}


@pytest.fixture(scope="module")
def shared_settings() -> dict[str, object]:
    return {"worker": True}


@pytest.fixture(scope="module")
def document(shared: SharedServer) -> dict[str, Any]:
    described: dict[str, Any] = shared.client.get("/api/v1/openapi.json").json()
    return described


@pytest.fixture(scope="module")
def api(
    document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GeneratedClient]:
    with generated(document, tmp_path_factory.mktemp("generated")) as client:
        yield client


def test_every_operation_is_generated(document: dict[str, Any], api: GeneratedClient) -> None:
    described = {
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    assert api.names == described


def test_generated_client_drives_a_whole_cycle(shared: SharedServer, api: GeneratedClient) -> None:
    with _with_new_token(shared, api) as office:
        cycle_id = _cycle_with_people(api, office)
        _change_policy(api, office, cycle_id)
        _run_and_publish(api, office, cycle_id)
        session = _read_sessions_and_mails(api, office, cycle_id)
        link = api.call("make_link", session.coachee.id, client=office)
        secret = link.credential.secret
        with api.package.AuthenticatedClient(str(shared.client.base_url), secret) as coachee:
            _answer(api, office, coachee, session)


def _with_new_token(shared: SharedServer, api: GeneratedClient) -> Any:  # noqa: ANN401 - generated
    """Return a client with a token that was created with a manager's token."""
    base_url = str(shared.client.base_url).rstrip("/")
    first = api.package.AuthenticatedClient(base_url, shared.world.manager_token())
    scopes = [api.models.TokenScope(scope.value) for scope in TokenScope]
    wanted = api.models.TokenRequest(label="generated client", days=1, scopes=scopes)
    with first:
        token = api.call("make_token", client=first, body=wanted)
    return api.package.AuthenticatedClient(base_url, token.secret, timeout=30)


def _cycle_with_people(api: GeneratedClient, office: Any) -> str:  # noqa: ANN401 - generated
    body = api.models.CreateCycleJsonBody.from_dict(_SETTINGS)
    created = api.call("create_cycle", client=office, body=body)
    coachees, coaches = io.BytesIO(coachees_csv()), io.BytesIO(coaches_csv())
    lists = api.models.BodyUploadPeople(
        coachees=api.types.File(coachees, "coachees.csv", "text/csv"),
        coaches=api.types.File(coaches, "coaches.csv", "text/csv"),
    )
    stored = api.call("upload_people", created.id, client=office, body=lists, if_match="*")
    assert [side.added for side in stored] == [3, 2]
    cycle_id: str = created.id
    return cycle_id


def _change_policy(api: GeneratedClient, office: Any, cycle_id: str) -> None:  # noqa: ANN401
    """Change the policy, based on the version that was read, which succeeds only once."""
    read = api.operation("read_policy").sync_detailed(cycle_id, client=office)
    assert read.parsed.sessions.count == 2
    changes = api.models.ChangePolicyChanges.from_dict({"sessions": {"count": 3}})
    for answered in (api.models.CycleSummary, api.models.ProblemDetails):
        answer = api.call(
            "change_policy", cycle_id, client=office, body=changes, if_match=read.headers["etag"]
        )
        assert isinstance(answer, answered)
    assert answer.status == 412
    file = api.call("read_cycle_file", cycle_id, client=office)
    assert b"count = 3" in file.payload.read()


def _run_and_publish(api: GeneratedClient, office: Any, cycle_id: str) -> None:  # noqa: ANN401
    run = api.call("start_run", cycle_id, client=office, body=api.models.RunOptions(workers=1))
    states, deadline = api.models.TaskState, time.monotonic() + _RUN_SECONDS
    while run.state in {states.QUEUED, states.RUNNING}:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        run = api.call("read_run", run.id, client=office)
    assert run.state is states.FINISHED, run.failure
    assert len(api.call("read_plan", run.plan_id, client=office).result.matches) == 3
    assert api.call("list_plans", cycle_id, client=office)[0].id == run.plan_id
    published = api.call("publish_plan", run.plan_id, client=office, if_match="*")
    assert published.requests == 18


def _read_sessions_and_mails(api: GeneratedClient, office: Any, cycle_id: str) -> Any:  # noqa: ANN401
    """Read sessions and emails, and return the first published session."""
    page = api.operation("cycle_schedule").sync_detailed(cycle_id, client=office, limit=4)
    assert (len(page.parsed), page.headers["x-total-count"]) == (4, "9")
    session = page.parsed[0]
    outbox = api.call("list_outbox", cycle_id, client=office)
    wanted = (session.id, api.models.Side.COACHEE)
    message = next(one for one in outbox if (one.session_id, one.to.side) == wanted)
    file = api.call("outbox_mail", message.id, client=office)
    mail = message_from_bytes(file.payload.read())
    assert session.coachee.name in str(mail["To"])
    assert api.call("waiting_mails", cycle_id, client=office).payload.read(2) == b"PK"
    assert "BEGIN:VEVENT" in api.call("invitation", session.id, client=office)
    return session


def _answer(api: GeneratedClient, office: Any, coachee: Any, session: Any) -> None:  # noqa: ANN401
    """Reply as the coachee, and check that the coachee cannot see other people's sessions."""
    own = {one.id for one in api.call("my_sessions", client=coachee).sessions}
    assert session.id in own
    body = api.models.ReplyInput(reply=api.models.ReplyInputReply.ACCEPTED)
    accepted = api.call("reply", session.id, client=coachee, body=body)
    assert accepted.coachee_reply is api.models.Reply.ACCEPTED
    seen = api.call("read_session", session.id, client=office)
    replies = api.models.Reply
    assert (seen.coachee_reply, seen.coach_reply) == (replies.ACCEPTED, replies.NONE)
    everybody = api.call("cycle_schedule", session.cycle_id, client=office)
    foreign = next(one.id for one in everybody if one.id not in own)
    hidden = api.call("read_session", foreign, client=coachee)
    assert (hidden.status, hidden.type_) == (404, "/api/v1/problems#not-found")


def test_every_command_of_the_guide_works(
    shared: SharedServer,
    api: GeneratedClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is missing")
    (tmp_path / "coachees.csv").write_bytes(coachees_csv())
    (tmp_path / "coaches.csv").write_bytes(coaches_csv())
    monkeypatch.setenv("SERVER", str(shared.client.base_url).rstrip("/"))
    monkeypatch.setenv("TOKEN", shared.world.manager_token())
    answers = []
    for step in _STEP.finditer(_GUIDE.read_text("utf-8")):
        if step["field"]:
            monkeypatch.setenv(step["name"], json.loads(answers[-1])[step["field"]])
        elif step["language"] == "sh":
            answers.append(_run(step["command"], tmp_path))
        else:
            exec(compile(step["command"], _GUIDE.name, "exec"), {})  # noqa: S102 - of our own guide
    whole = "\n".join(answers).lower()
    assert '"requests":12' in whole
    assert "x-total-count: 6" in whole
    assert 'rel="next"' in whole
    assert 'etag: "0"' in whole
    assert json.loads(answers[-1])["status"] == 404
    assert "Spring 2027-01-18 2027-07-16" in capsys.readouterr().out
    assert api.names


def _run(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-c", command],  # noqa: S607 - the shell of whoever runs the tests
        cwd=folder,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=_RUN_SECONDS,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout
