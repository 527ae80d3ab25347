from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from coach.feedback import Feedback, Note, SharedRecord, is_open_for_feedback
from coach.sessions import Attendance

DAY = date(2027, 1, 20)


def test_record_of_session_that_took_place_requires_a_topic() -> None:
    with pytest.raises(ValidationError, match="enter the topic"):
        SharedRecord(session_date=DAY, attendance=Attendance.HELD, topic="   ")
    note = SharedRecord(session_date=DAY, attendance=Attendance.HELD, topic="  Recruitment ")
    assert note.topic == "Recruitment"
    assert SharedRecord(session_date=DAY, attendance=Attendance.NO_SHOW).topic == ""


def test_shared_record_rejects_extra_fields() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        SharedRecord.model_validate(
            {"session_date": DAY, "attendance": "cancelled", "private": "for me alone"}
        )


@pytest.mark.parametrize("attendance", [Attendance.NO_SHOW, Attendance.CANCELLED])
def test_a_session_that_did_not_take_place_has_no_answers(attendance: Attendance) -> None:
    with pytest.raises(ValidationError, match="did not take place"):
        Feedback(attendance=attendance, answers={"useful": 3})
    assert Feedback(attendance=attendance).answers == {}


def test_text_above_the_maximum_length_is_rejected() -> None:
    with pytest.raises(ValidationError, match="at most 4000"):
        Feedback(attendance=Attendance.CANCELLED, text="a" * 4_001)
    with pytest.raises(ValidationError, match="at most 20000"):
        Note(text="a" * 20_001)


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31m", "a\x07"])
def test_text_with_control_characters_is_rejected(text: str) -> None:
    with pytest.raises(ValidationError, match="control character"):
        Note(text=text)


def test_line_endings_are_normalised() -> None:
    assert Note(text="one\r\ntwo\rthree\n\tfour").text == "one\ntwo\nthree\n\tfour"


def test_future_session_can_only_be_recorded_as_cancelled() -> None:
    for attendance in Attendance:
        record = SharedRecord(session_date=DAY, attendance=attendance, topic="x")
        assert record.is_too_early(DAY - timedelta(1)) is (attendance is not Attendance.CANCELLED)
        assert not record.is_too_early(DAY)


def test_feedback_opens_at_start_or_with_the_record() -> None:
    start = datetime(2027, 1, 27, 8, tzinfo=UTC)
    assert is_open_for_feedback(start, None, start)
    before = start - timedelta(minutes=1)
    opening = {each for each in (None, *Attendance) if is_open_for_feedback(start, each, before)}
    assert opening == {Attendance.HELD, Attendance.DELEGATE}


@pytest.mark.parametrize("sign", ["\0", "\a", "\x7f", "\x85"])
def test_text_with_untypeable_characters_is_rejected(sign: str) -> None:
    with pytest.raises(ValidationError, match="control character"):
        Note(text=f"a{sign}b")
    assert Note(text="a\r\n\tb").text == "a\n\tb"
