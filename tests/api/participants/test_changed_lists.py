"""The effects of uploading a list again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.accounts import credentials
from api.http.principal import AccessRole
from api.participants import rosters, upload
from api.participants.rows import Side
from api.personal_links import links
from coach.errors import NotFoundError
from tests.api.authenticating import identify
from tests.api.published import published_sessions

if TYPE_CHECKING:
    from conftest import World


GRACE = timedelta(days=60)
PAIRS = {"C-1": "K-1", "C-2": "K-2"}


def test_a_person_omitted_from_a_list_keeps_their_sessions_but_not_their_link(
    world: World,
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    link = world.link(cycle_id, "C-1")
    now = world.services.now()
    with world.database.writing() as tx:
        staying = rosters.roster_of(tx, cycle_id).coachees[1:]
        summary = upload.store_list(tx, cycle_id, Side.COACHEE, staying, now=now)
        assert (summary.left, summary.unchanged) == (1, 2)
        assert len(rosters.roster_of(tx, cycle_id).coachees) == 2
        principal = identify(
            tx,
            link.secret,
            frozenset({credentials.CredentialKind.LINK}),
            now=now,
            idle=timedelta(hours=1),
        )
        with pytest.raises(NotFoundError, match="left"):
            links.issue_link(
                tx,
                world.services.keyring,
                world.person_id(cycle_id, "C-1"),
                now=now,
                grace=GRACE,
            )
    assert principal.role is AccessRole.ANONYMOUS
    assert len(published_sessions(world, cycle_id)) == 4


def test_a_list_uploaded_again_reports_what_changed(world: World) -> None:
    cycle_id = world.cycle()
    with world.database.writing() as tx:
        first, second, third = rosters.roster_of(tx, cycle_id).coachees
        changed = second.model_copy(update={"unit": "Another"})
        new = third.model_copy(update={"id": "C-9"})
        summary = upload.store_list(
            tx, cycle_id, Side.COACHEE, [new, changed, first], now=world.services.now()
        )
        order = [coachee.id for coachee in rosters.roster_of(tx, cycle_id).coachees]
    assert (summary.added, summary.changed, summary.unchanged, summary.left) == (1, 1, 1, 1)
    assert order == ["C-9", "C-2", "C-1"]
