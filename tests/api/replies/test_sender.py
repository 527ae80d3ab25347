"""Reply tokens identify a person, including the tokens of earlier versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.mail.rows import MailRow
from api.replies.sender import TokenIndex, tokens_in
from tests.api.published import published_sessions

if TYPE_CHECKING:
    from conftest import World


@pytest.mark.parametrize(
    ("address", "tokens"),
    [
        ("replies+" + "ab" * 16 + "@example.org", ("ab" * 16,)),
        ("Replies+" + "AB" * 16 + "@Example.org", ("ab" * 16,)),
        ("replies@example.org", ()),
        ("replies+" + "ab" * 15 + "@example.org", ()),
        ("replies+" + "ab" * 17 + "@example.org", ()),
        ("x+" + "ab" * 16 + "@example.org, y+" + "cd" * 16 + "@b.example", ("ab" * 16, "cd" * 16)),
    ],
)
def test_tokens_are_found_in_addresses(address: str, tokens: tuple[str, ...]) -> None:
    assert tokens_in([address, address]) == tokens


def test_a_token_identifies_its_person_in_all_messages_also_in_those_of_earlier_versions(
    world: World,
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    person = published_sessions(world, cycle_id)[0].coachee.id
    other = published_sessions(world, cycle_id)[0].coach.id
    keyring = world.services.keyring
    with world.database.writing() as tx:
        mails = tx.scalars(select(MailRow).where(MailRow.person_id == person)).all()
        mails[0].former_id = "former"
        tx.flush()
        index = TokenIndex(tx, keyring)
        token = keyring.reply_token(person)
        earlier = [keyring.earlier_reply_token(one) for one in (mails[0].id, mails[1].id, "former")]
        assert [index.person_of([one]) for one in (token, *earlier)] == [person] * 4
        assert index.person_of([token, *earlier]) == person
        assert index.person_of([]) is None
        assert index.person_of(["0" * 32]) is None
        assert index.person_of([token, keyring.reply_token(other)]) is None
    assert len({token, *earlier}) == 4
