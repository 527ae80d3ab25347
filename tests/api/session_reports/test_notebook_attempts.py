"""Wrong passphrases are counted for each notebook with which they were compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.http.principal import Principal
from api.session_reports import notebooks
from api.session_reports.notebook_matching import Attempt, candidates_of, match_secret
from api.session_reports.notebook_openers import new_opener_key
from api.session_reports.notebook_unlocking import unlock_matching
from api.session_reports.notebooks import NotebookSecrets
from api.session_reports.rows import NotebookRow, OpenerKind

if TYPE_CHECKING:
    from datetime import datetime

    from conftest import World

OWN, OTHER = "tulip anvil ferry quartz", "walnut copper lantern ridge"


class Notebooks:
    """Two notebooks of one coach, numbered 1 and 2, on two devices."""

    def __init__(self, world: World) -> None:
        self.world, self.now = world, world.services.now()
        self.first = world.coach_with_notebook(world.person_id(world.cycle(1, 1), "K-1"))
        self.stranger = replace(self.first, notes_device=None)
        keyring = world.services.keyring
        with world.database.writing() as tx:
            self.second, secrets = notebooks.start_notebook(
                tx, keyring, self.stranger, further=True, device="", now=self.now
            )
            self.second = notebooks.confirm_notebook(
                tx, keyring, self.second, secrets.recovery_code or "", now=self.now
            )
        self.code = secrets.recovery_code or ""

    def choose(self, device: Principal, passphrase: str) -> None:
        key = new_opener_key(OpenerKind.PASSPHRASE, passphrase)
        with self.world.database.writing() as tx:
            notebooks.set_passphrase(tx, self.world.services.keyring, device, key, now=self.now)

    def attempt(self, typed: str, now: datetime | None = None) -> Attempt:
        with self.world.database.reading() as tx:
            candidates = candidates_of(tx, self.stranger, now=now or self.now)
        return match_secret(self.world.services.keyring, candidates, typed)

    def use(self, attempt: Attempt) -> tuple[Principal, NotebookSecrets] | None:
        with self.world.database.writing() as tx:
            return unlock_matching(
                tx, self.world.services.keyring, self.stranger, attempt, device="", now=self.now
            )

    def failures(self) -> list[int]:
        with self.world.database.reading() as tx:
            key = self.first.person_id
            return [tx.get_one(NotebookRow, (key, number)).failures for number in (1, 2)]


@pytest.fixture
def two(world: World) -> Notebooks:
    return Notebooks(world)


def test_opening_one_notebook_does_not_reset_the_attempts_at_another(two: Notebooks) -> None:
    for _ in range(3):
        assert two.use(Attempt(None, frozenset({1, 2}))) is None
    assert two.failures() == [3, 3]
    assert two.use(two.attempt(two.code)) is not None
    assert two.failures() == [3, 0]
    for _ in range(2):
        two.use(Attempt(None, frozenset({1, 2})))
    later = two.now + timedelta(minutes=16)
    assert two.attempt("wrong").failed == {2}, "the first one is locked, and not compared"
    assert two.attempt("wrong", later).failed == {1, 2}


def test_a_guess_that_is_also_the_passphrase_of_ones_own_notebook_counts(two: Notebooks) -> None:
    """Otherwise, anyone who starts a notebook could guess the other passphrase without limit."""
    two.choose(two.first, OWN)
    attempt = two.attempt(OWN)
    assert (attempt.match and attempt.match.number, attempt.failed) == (1, {2})
    assert two.use(attempt) is not None
    assert two.failures() == [0, 1]


def test_a_match_does_not_open_a_notebook_that_was_locked_in_the_meantime(two: Notebooks) -> None:
    attempt = two.attempt(two.code)
    for _ in range(5):
        two.use(Attempt(None, frozenset({1, 2})))
    assert two.use(attempt) is None
    assert two.failures() == [5, 5]
