"""Participants' and the office's calendar feeds, accessed through the server."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar, Event
from sqlalchemy import select, text

from api.accounts import factor_reset, users
from api.accounts.rows import CredentialKind, CredentialRow, UserRow
from api.feeds import service as feeds
from api.feeds.service import Preconditions
from api.http.principal import AccessRole, Principal
from api.http.urls import API
from api.invitations.announce import SessionChange, announce
from api.participants.rows import PersonRow
from api.personal_links import links
from api.sessions.rows import SessionRow
from coach.errors import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from conftest import World


@pytest.fixture
def person(world: World, client: httpx.Client) -> str:
    """Return the path of the pages for a coachee with two future sessions."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    del client
    return f"/p/{world.link(cycle_id, 'C-1').secret}"


def created(client: httpx.Client, page: str) -> str:
    """Create a feed on a page; return the feed's path."""
    answer = client.post(page)
    assert answer.status_code == HTTPStatus.OK
    found = re.search(r'value="[^"]*(/feeds/[\w-]+\.ics)"', answer.text)
    assert found is not None
    return found[1]


def events(answer: httpx.Response) -> list[Event]:
    assert answer.status_code == HTTPStatus.OK
    return Calendar.from_ical(answer.content).events


def first_session(client: httpx.Client, person: str) -> str:
    """Return the id of a person's first session."""
    return client.get(f"{API}/me/sessions", headers=bearer(person)).json()["sessions"][0]["id"]


def bearer(person: str) -> dict[str, str]:
    return {"authorization": f"Bearer {person.removeprefix('/p/')}"}


def change(world: World, session_id: str, change: SessionChange) -> None:
    with world.database.writing() as tx:
        announce(tx, tx.get_one(SessionRow, session_id), change, now=world.services.now())


def test_a_person_fetches_only_their_own_sessions_without_names(
    client: httpx.Client, person: str
) -> None:
    answer = client.get(created(client, f"{person}/calendar"))
    found = events(answer)
    assert [str(one["summary"]) for one in found] == [
        "Coaching session 1 of 2",
        "Coaching session 2 of 2",
    ]
    assert "Coach 1" not in answer.text
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "content-encoding" not in answer.headers


def test_sessions_are_tentative_until_their_reader_accepts(
    client: httpx.Client, person: str
) -> None:
    path = created(client, f"{person}/calendar")
    assert {one["status"] for one in events(client.get(path))} == {"TENTATIVE"}
    client.post(f"{person}/accept-all")
    assert {one["status"] for one in events(client.get(path))} == {"CONFIRMED"}


def test_unchanged_feed_is_answered_with_304_and_a_changed_one_is_not(
    client: httpx.Client, person: str
) -> None:
    path = created(client, f"{person}/calendar")
    first = client.get(path)
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    assert not etag.startswith("W/")
    for condition in ({"if-none-match": etag}, {"if-modified-since": modified}):
        again = client.get(path, headers=condition)
        assert (again.status_code, again.content) == (HTTPStatus.NOT_MODIFIED, b"")
        assert again.headers["etag"] == etag
    client.post(f"{person}/accept-all")
    changed = client.get(path, headers={"if-none-match": etag})
    assert changed.status_code == HTTPStatus.OK
    assert parsedate_to_datetime(changed.headers["last-modified"]) >= parsedate_to_datetime(
        modified
    )


def test_a_cancelled_session_stays_for_30_days(
    client: httpx.Client, person: str, world: World
) -> None:
    secret = created(client, f"{person}/calendar").removeprefix("/feeds/").removesuffix(".ics")
    change(world, first_session(client, person), SessionChange(cancelled=True))

    def statuses(after: timedelta) -> tuple[list[str], datetime]:
        now = world.services.now() + after
        services = replace(world.services, now=lambda: now)
        later = feeds.read_feed(services, secret, Preconditions())
        assert later.content is not None
        assert later.last_modified is not None
        found = Calendar.from_ical(later.content).events
        return [str(one["status"]) for one in found], later.last_modified

    soon, before = statuses(timedelta(days=29))
    late, after = statuses(timedelta(days=31))
    assert (soon, late) == (["CANCELLED", "TENTATIVE"], ["TENTATIVE"])
    assert after > before, "the feed changed when the session left it"


def test_office_sees_codes_instead_of_names_and_no_places(
    client: httpx.Client, office: httpx.Client, person: str, world: World
) -> None:
    change(world, first_session(client, person), SessionChange(place="Building 4"))
    answer = office.get(created(office, "/account/calendar"))
    found = events(answer)
    assert len(found) == 4
    assert {str(one["summary"]).partition(", ")[2] for one in found} >= {
        "Coaching session 1 of 2: C-1 and K-1",
        "Coaching session 2 of 2: C-2 and K-2",
    }
    assert not re.search("Coachee|Coach 1|Building", answer.text)
    with world.database.reading() as tx:
        uids = set(tx.scalars(select(SessionRow.uid)))
    assert uids.isdisjoint(str(one["uid"]) for one in found)


@pytest.mark.parametrize("ending", ["ended", "replaced", "new link", "left"])
def test_a_feed_that_has_ended_is_not_found(
    client: httpx.Client, person: str, world: World, ending: str
) -> None:
    path = created(client, f"{person}/calendar")
    with world.database.reading() as tx:
        person_id = tx.scalars(
            select(CredentialRow.person_id).where(CredentialRow.kind == CredentialKind.FEED)
        ).one()
    if ending == "ended":
        client.post(f"{person}/calendar/end")
    elif ending == "replaced":
        created(client, f"{person}/calendar")
    elif ending == "new link":
        links.make_new_link(world.services, person_id or "")
    else:
        with world.database.writing() as tx:
            tx.get_one(PersonRow, person_id).left_at = world.services.now()
    assert client.get(path).status_code == HTTPStatus.NOT_FOUND


@pytest.fixture
def manager(world: World) -> Principal:
    world.sign_in_secret()
    with world.database.reading() as tx:
        return Principal(AccessRole.MANAGER, user_id=tx.scalars(select(UserRow.id)).one())


@pytest.fixture
def office_feed(world: World, manager: Principal) -> str:
    """Return the secret of a manager's feed."""
    services = world.services.on_behalf_of(lambda: manager)
    secret = feeds.create_feed(services, manager).address.rpartition("/")[2].removesuffix(".ics")
    assert feeds.read_feed(services, secret, Preconditions()).content
    return secret


@pytest.mark.parametrize("ending", ["signed out everywhere", "second factor reset"])
def test_feed_ends_with_all_other_access_of_its_manager(
    world: World, manager: Principal, office_feed: str, ending: str
) -> None:
    """Otherwise, someone who once had access to the account could read the feed for a year."""
    user_id, now = manager.user_id or "", world.services.now()
    with world.database.writing() as tx:
        if ending == "signed out everywhere":
            users.sign_out_everywhere(tx, user_id, now=now)
        else:
            factor_reset.remove_second_factor(tx, user_id, now=now)
    with pytest.raises(NotFoundError):
        feeds.read_feed(world.services, office_feed, Preconditions())


@pytest.mark.parametrize("change", ["disabled", "auditor", "altered"])
def test_feed_of_a_former_manager_is_not_found(
    world: World, manager: Principal, office_feed: str, change: str
) -> None:
    with world.database.writing() as tx:
        if change == "disabled":
            tx.get_one(UserRow, manager.user_id).disabled_at = world.services.now()
        elif change == "auditor":
            tx.get_one(UserRow, manager.user_id).role = AccessRole.AUDITOR
        else:  # by somebody who can write to the database
            tx.execute(text("UPDATE credentials SET expires_at = '2099-01-01 00:00:00'"))
    with pytest.raises(NotFoundError):
        feeds.read_feed(world.services, office_feed, Preconditions())


def test_a_feed_grants_nothing_else(client: httpx.Client, person: str) -> None:
    secret = created(client, f"{person}/calendar").removeprefix("/feeds/").removesuffix(".ics")
    assert client.get(f"/p/{secret}").status_code == HTTPStatus.NOT_FOUND
    assert (
        client.get(f"{API}/me/sessions", headers=bearer(secret)).status_code
        == HTTPStatus.UNAUTHORIZED
    )
    link = person.removeprefix("/p/")
    assert client.get(f"/feeds/{link}.ics").status_code == HTTPStatus.NOT_FOUND


def test_program_and_page_create_and_end_the_same_feed(client: httpx.Client, person: str) -> None:
    own = bearer(person)
    assert client.get(f"{API}/me/feed", headers=own).json() is None
    made = client.post(f"{API}/me/feed", headers=own).json()
    path = "/feeds/" + made["address"].rpartition("/")[2]
    assert len(events(client.get(path))) == 2
    assert client.get(f"{API}/me/feed", headers=own).json()["last_used_at"] is not None
    assert "Last fetched" in client.get(f"{person}/calendar").text
    assert client.delete(f"{API}/me/feed", headers=own).status_code == HTTPStatus.NO_CONTENT
    assert client.get(path).status_code == HTTPStatus.NOT_FOUND


def test_vdirsyncer_subscribes_and_follows_changes(
    client: httpx.Client, person: str, world: World, tmp_path: Path
) -> None:
    address = f"{client.base_url}{created(client, f'{person}/calendar')}"
    (tmp_path / "config").write_text(
        f"""
        [general]
        status_path = "{tmp_path}/status/"
        [pair sessions]
        a = "here"
        b = "there"
        collections = null
        conflict_resolution = "b wins"
        [storage here]
        type = "filesystem"
        path = "{tmp_path}/here/"
        fileext = ".ics"
        [storage there]
        type = "http"
        url = "{address}"
        """.replace("        ", ""),
        "utf-8",
    )
    (tmp_path / "here").mkdir()

    def synchronise(command: str) -> list[Event]:
        run = [sys.executable, "-m", "vdirsyncer", "-c", str(tmp_path / "config"), command]
        done = subprocess.run(run, capture_output=True, text=True, input="y\n", check=False)
        assert done.returncode == 0, done.stderr
        files = (tmp_path / "here").glob("*.ics")
        found = [Calendar.from_ical(file.read_bytes()).events[0] for file in files]
        return sorted(found, key=lambda one: one.start)

    synchronise("discover")
    before = synchronise("sync")
    assert len(before) == 2
    start = before[0].start + timedelta(hours=1)
    change(world, first_session(client, person), SessionChange(start=start))
    after = synchronise("sync")
    assert len(after) == 2, "vdirsyncer replaced the session: it names items by their content"
    assert (after[0].start, after[0]["sequence"]) == (start, 1)


def test_times_of_a_feed_are_shown_in_the_zone_of_its_person(
    client: httpx.Client, person: str
) -> None:
    created(client, f"{person}/calendar")
    page = client.get(f"{person}/calendar").text
    assert "CET" in page or "CEST" in page
    assert "UTC." not in page
