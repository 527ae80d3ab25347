"""A search for the text of private notes in all data except their author's own page.

To show that the search works, the coachee's feedback, which is stored in plain text, contains
another mark, which must be found.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from sqlalchemy import inspect, text

from api.app import PERMISSIONS
from api.crypto.encrypted_stream import decrypt_file
from api.http.principal import AccessRole
from api.http.urls import API
from api.sessions import schedule
from api.sessions.schedule import SessionDetails
from tests.api.conftest import World
from tests.api.notebook_calls import begin_notebook
from tests.bench.figures import Figure
from tests.commands import command_runner
from tests.force.load import record_as_held
from tests.force.measuring import DATABASES, command, deployment, seconds, served

TIMES = 200
MUST = "no note found, feedback found"
_ANSWER_SECONDS = 30.0
_PARAMETER = re.compile(r"\{(\w+)\}")
_NOT_FOLLOWED = "/events"

Location = tuple[str, bytes]
"""The name of a location that is searched, and its content."""


def measure(times: int, database: str) -> Figure:
    """Write `times` notes, and search for them in everything that can be read or stolen."""
    started = time.monotonic()
    note_mark, feedback_mark = f"note{secrets.token_hex(6)}", f"feedback{secrets.token_hex(6)}"
    with deployment(database) as world:
        log = world.services.settings.data_dir.parent / "server.log"
        cycle_id = world.cycle()
        world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
        with world.database.reading() as tx:
            session = schedule.cycle_schedule(tx, cycle_id)[0]
        record_as_held(world, session)
        with served(world, log) as server:
            links = _links(world, cycle_id, session)
            read_back = _write_notes(
                server.address, links[AccessRole.COACH], session, f"{note_mark} ", times
            )
            _give_feedback(server.address, links[AccessRole.COACHEE], session, feedback_mark)
            places = [
                *_answers(world, server.address, cycle_id, session, links),
                *_rows(world),
                *_files(world),
            ]
        places += [*_files(world), *_commands(world, cycle_id, session), ("log", log.read_bytes())]
    notes = sorted({name for name, content in places if _holds(content, note_mark)})
    found_feedback = {name for name, content in places if _holds(content, feedback_mark)}
    for name in notes:
        print(f"    found in {name}")  # noqa: T201 - progress output
    size = sum(len(content) for _, content in places) / 1e6
    return Figure(
        f"{times} marked notes, {len(places)} locations with {size:.0f} MB, {database}",
        f"notes found in {len(notes)} locations, feedback in {len(found_feedback)}, "
        f"{seconds(started)}",
        MUST,
        read_back and not notes and bool(found_feedback),
    )


def _links(world: World, cycle_id: str, session: SessionDetails) -> dict[AccessRole, str]:
    return {
        AccessRole.COACH: world.link(cycle_id, session.coach.code).secret,
        AccessRole.COACHEE: world.link(cycle_id, session.coachee.code).secret,
    }


def _write_notes(address: str, link: str, session: SessionDetails, mark: str, times: int) -> bool:
    """Write valid and invalid notes; return whether the author can read the last valid one."""
    note = f"{API}/sessions/{session.id}/note"
    with httpx.Client(base_url=address, timeout=_ANSWER_SECONDS) as device:
        device.headers["Authorization"] = f"Bearer {link}"
        begin_notebook(device, {})
        for number in range(times):
            device.put(note, json={"text": f"{mark}{number}"}).raise_for_status()
        device.put(note, json={"text": mark, mark: mark})
        device.put(note, content=f'{{"text": "{mark}'.encode())
        device.put(f"{API}/sessions/{mark}/note", json={"text": mark})
        return mark in device.get(note).text


def _give_feedback(address: str, link: str, session: SessionDetails, mark: str) -> None:
    feedback = {"attendance": "held", "answers": {"useful": 3}, "text": mark}
    httpx.put(
        f"{address}{API}/sessions/{session.id}/feedback",
        json=feedback,
        headers={"Authorization": f"Bearer {link}"},
        timeout=_ANSWER_SECONDS,
    ).raise_for_status()


def _answers(
    world: World, address: str, cycle_id: str, session: SessionDetails, links: dict[AccessRole, str]
) -> Iterator[Location]:
    """Yield the response of each GET route with known parameters to every role but the author's.

    The roles include the coach on a device where the notes are not unlocked.
    """
    ids = {"cycle_id": cycle_id, "session_id": session.id, "person_id": session.coach.id}
    with world.database.reading() as tx:
        for name, table in (("plan_id", "plans"), ("run_id", "runs"), ("message_id", "mails")):
            ids[name] = tx.connection().exec_driver_sql(f"SELECT id FROM {table}").first()[0]  # noqa: S608 - fixed names
    shown = dict(links)
    for role in (AccessRole.MANAGER, AccessRole.AUDITOR):
        shown[role] = world.user_token(role)
    with httpx.Client(base_url=address, timeout=_ANSWER_SECONDS) as client:
        for method, path in PERMISSIONS:
            if method != "GET" or path.endswith(_NOT_FOLLOWED):
                continue
            for role, secret in shown.items():
                known = ids | {"link": secret}
                if not set(_PARAMETER.findall(path)) <= known.keys():
                    continue
                answer = client.get(
                    path.format(**known), headers={"Authorization": f"Bearer {secret}"}
                )
                yield f"{role} {path}", repr(answer.headers).encode() + answer.content


def _rows(world: World) -> Iterator[Location]:
    """Yield the rows of each table, including the job tables."""
    tables = inspect(world.database.engine)
    schemas = [None] if world.database.is_sqlite else ["public", "dbos"]
    with world.database.reading() as tx:
        for schema in schemas:
            for table in tables.get_table_names(schema=schema):
                name = f'"{schema}"."{table}"' if schema else f'"{table}"'
                rows = tx.execute(text(f"SELECT * FROM {name}")).all()  # noqa: S608 - names of existing tables
                whole = [tuple(row) for row in rows]  # the repr of a row truncates long texts
                yield f"table {name}", repr(whole).encode()


def _files(world: World) -> Iterator[Location]:
    """Yield every file of the deployment, including its database.

    With SQLite, this includes the WAL and its index. With PostgreSQL, it includes all files of the
    server, read after a checkpoint.
    """
    folders = [world.services.settings.data_dir]
    if not world.database.is_sqlite:
        server = world.database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.exec_driver_sql("CHECKPOINT")
            folders.append(Path(connection.scalar(text("SHOW data_directory"))))
    for folder in folders:
        for path in folder.rglob("*"):
            if not path.is_file():
                continue
            try:
                yield f"file {path.relative_to(folder)}", path.read_bytes()
            except FileNotFoundError:  # a running PostgreSQL server removes some of its own files
                continue


def _commands(world: World, cycle_id: str, session: SessionDetails) -> Iterator[Location]:
    """Yield the data exports of both people, and a backup before and after decryption."""
    for person in (session.coach, session.coachee):
        exported = _run(world, "person", "export", person.code, "--cycle", cycle_id)
        yield f"export of {person.code}", exported
    copy = world.services.settings.data_dir.parent / "copy"
    yield "output of backup", _run(world, "backup", "--to", str(copy))
    yield "backup", copy.read_bytes()
    opened = copy.with_suffix(".opened")
    decrypt_file(world.services.keyring.backups, copy, opened)
    yield "decrypted backup", opened.read_bytes()


def _run(world: World, *words: str) -> bytes:
    settings = world.services.settings
    run = command_runner("person", "backup", DATABASE_URL=settings.database_url)
    outcome = run(*words, "--data", settings.data_dir, folder=settings.data_dir)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout.encode()


def _holds(content: bytes, mark: str) -> bool:
    """Return whether the content contains the mark as text, UTF-16, hex, JSON or base64."""
    plain = mark.encode()
    forms = {plain, mark.encode("utf-16-le"), plain.hex().encode(), json.dumps(mark).encode()}
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + plain + b"\0" * 3)
        forms.add(coded[4 if offset else 0 : len(plain) * 4 // 3 - 3])
    return any(form in content for form in forms)


if __name__ == "__main__":
    command("Search for private notes", measure, TIMES, DATABASES)
