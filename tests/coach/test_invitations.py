from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.invitations import (
    SIGNIFICANT_PROPERTIES,
    Invitation,
    Message,
    Method,
    PartStat,
    SentInvitation,
    Status,
    apply_messages,
    diff_invitations,
    invitations_by_uid,
    repeat_request,
)
from coach.sessions import Session, SessionMode

NOW = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
FIRST = datetime(2027, 1, 20, 8, 0, tzinfo=UTC)


def invitation(uid: str = "u1", **changes: object) -> Invitation:
    facts = {"number": 1, "count": 6, "start": FIRST, "end": FIRST + timedelta(minutes=90)}
    return Invitation.model_validate({"uid": uid, **facts, **changes})


def sent_invitation(
    sequence: int = 0,
    status: Status = Status.CONFIRMED,
    partstat: PartStat = PartStat.NEEDS_ACTION,
    **changes: object,
) -> SentInvitation:
    return SentInvitation(
        invitation=invitation(**changes), sequence=sequence, status=status, partstat=partstat
    )


uids = st.sampled_from(["u1", "u2", "u3", "u4"])
calendars = st.dictionaries(
    uids,
    st.builds(
        lambda day, link: {"start": FIRST + timedelta(days=day), "join_link": link},
        st.integers(0, 3),
        st.sampled_from([None, "https://meet.example.org/a"]),
    ),
).map(
    lambda facts: {
        uid: invitation(uid, **each, end=each["start"] + timedelta(minutes=90))
        for uid, each in facts.items()
    }
)


def confirmed_invitations(state: dict[str, SentInvitation]) -> dict[str, Invitation]:
    return {uid: last.invitation for uid, last in state.items() if last.status is Status.CONFIRMED}


def test_new_session_is_a_request_with_sequence_0() -> None:
    (message,) = diff_invitations({}, {"u1": invitation()}, NOW)
    assert (message.method, message.sequence, message.stamp) == (Method.REQUEST, 0, NOW)
    assert message.asks_again


def test_unchanged_session_sends_nothing() -> None:
    assert diff_invitations({"u1": sent_invitation()}, {"u1": invitation()}, NOW) == ()


@pytest.mark.parametrize(
    ("changes", "asks_again"),
    [
        ({"start": FIRST - timedelta(minutes=30)}, True),
        ({"end": FIRST + timedelta(minutes=60)}, True),
        ({"join_link": "https://meet.example.org/a"}, False),
        ({"place": "Room 4"}, False),
        ({"mode": SessionMode.PHONE}, False),
        ({"number": 2}, False),
        ({"count": 5}, False),
    ],
)
def test_only_a_significant_change_raises_sequence_and_asks_again(
    changes: dict[str, object], asks_again: bool
) -> None:
    (message,) = diff_invitations(
        {"u1": sent_invitation(sequence=3)}, {"u1": invitation(**changes)}, NOW
    )
    assert (message.method, message.sequence) == (Method.REQUEST, 3 + asks_again)
    assert message.asks_again is asks_again
    assert message.before == invitation()


def test_insignificant_change_repeats_the_answer_and_a_moved_session_asks_again() -> None:
    accepted = sent_invitation(partstat=PartStat.ACCEPTED)
    moved = invitation(start=FIRST - timedelta(minutes=30))
    (placed,) = diff_invitations({"u1": accepted}, {"u1": invitation(place="Room 4")}, NOW)
    (asked,) = diff_invitations({"u1": accepted}, {"u1": moved}, NOW)
    assert (placed.partstat, asked.partstat) == (PartStat.ACCEPTED, PartStat.NEEDS_ACTION)


def test_older_message_with_the_same_sequence_does_not_replace_a_newer_one() -> None:
    sent = apply_messages({}, diff_invitations({}, {"u1": invitation()}, NOW))
    later = [NOW + timedelta(hours=1), NOW + timedelta(hours=2)]
    (first,) = diff_invitations(sent, {"u1": invitation(place="Room 4")}, later[0])
    (second,) = diff_invitations(sent, {"u1": invitation(place="Room 5")}, later[1])
    assert apply_messages(sent, [second, first])["u1"].invitation.place == "Room 5"


def test_reinstated_session_does_not_name_the_cancelled_time() -> None:
    cancelled = sent_invitation(sequence=3, status=Status.CANCELLED)
    moved = invitation(start=FIRST + timedelta(days=1))
    (message,) = diff_invitations({"u1": cancelled}, {"u1": moved}, NOW)
    assert message.before is None


def test_removed_session_is_cancelled_once() -> None:
    (message,) = diff_invitations({"u1": sent_invitation(sequence=2)}, {}, NOW)
    assert (message.method, message.sequence) == (Method.CANCEL, 3)
    after = apply_messages({"u1": sent_invitation(sequence=2)}, [message])
    assert after["u1"].status is Status.CANCELLED
    assert diff_invitations(after, {}, NOW) == ()


def test_reinstated_session_has_sequence_above_its_cancellation() -> None:
    cancelled = sent_invitation(sequence=3, status=Status.CANCELLED)
    (message,) = diff_invitations({"u1": cancelled}, {"u1": invitation()}, NOW)
    assert (message.method, message.sequence, message.asks_again) == (
        Method.REQUEST,
        4,
        True,
    )


def test_replayed_message_does_not_reinstate_a_cancelled_session() -> None:
    first = diff_invitations({}, {"u1": invitation()}, NOW)
    invited = apply_messages({}, first)
    cancelled = apply_messages(invited, diff_invitations(invited, {}, NOW))
    assert apply_messages(cancelled, first) == cancelled


def test_repeated_request_keeps_sequence() -> None:
    later = NOW + timedelta(days=1)
    reminder = repeat_request(sent_invitation(sequence=2), later)
    assert (reminder.method, reminder.sequence, reminder.stamp) == (Method.REQUEST, 2, later)
    with pytest.raises(ValueError, match="cancelled"):
        repeat_request(sent_invitation(status=Status.CANCELLED), later)


def test_messages_are_in_chronological_order() -> None:
    late, early = invitation("u1"), invitation("u2", start=FIRST - timedelta(days=1))
    sent = diff_invitations({}, {"u1": late, "u2": early}, NOW)
    assert [message.invitation.uid for message in sent] == ["u2", "u1"]


def test_invitations_count_the_sessions_of_a_series() -> None:
    sessions = [
        Session(uid=f"u{n}", number=n, start=FIRST, end=FIRST + timedelta(hours=1)) for n in (1, 2)
    ]
    series = invitations_by_uid(sessions)
    assert [(series[uid].number, series[uid].count) for uid in ("u1", "u2")] == [(1, 2), (2, 2)]


def test_significant_properties_match_the_standard() -> None:
    assert {"DTSTART", "DTEND", "STATUS"} <= SIGNIFICANT_PROPERTIES
    assert not {"SUMMARY", "LOCATION", "CONFERENCE", "DTSTAMP"} & SIGNIFICANT_PROPERTIES


def _is_new(message: Message) -> bool:
    return message.asks_again or message.method is Method.CANCEL


@given(st.lists(calendars, max_size=5))
def test_applying_the_messages_produces_the_new_calendar(
    versions: list[dict[str, Invitation]],
) -> None:
    state: dict[str, SentInvitation] = {}
    sent: list[Message] = []
    for step, version in enumerate(versions):
        before = state
        fresh = diff_invitations(state, version, NOW + timedelta(hours=step))
        state = apply_messages(state, fresh)
        sent += fresh
        assert confirmed_invitations(state) == version
        assert diff_invitations(state, version, NOW) == ()
        for message in fresh:
            last = before.get(message.invitation.uid)
            assert message.sequence == (0 if last is None else last.sequence + _is_new(message))
    assert apply_messages(state, sent) == state, "replaying everything changes nothing"
