"""Complete messages, octet by octet. `GOLDEN=write` in the environment rewrites the files."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.calendar.eml import eml_bytes
from api.calendar.ics import ics_bytes
from api.calendar.recipient import Recipient
from api.organisation import Organisation
from coach.group_events import GroupEventKind
from coach.invitations import Invitation, Message, Method, PartStat
from coach.sessions import SessionMode
from tests.texts import ENGLISH

HERE = Path(__file__).parent
START = datetime(2027, 3, 29, 8, 30, tzinfo=ZoneInfo("Europe/Belgrade"))
PLAIN = Invitation(
    uid="6b1f3a0c-7a52-4c1e-9a38-0d5f0c8f7e11",
    number=3,
    count=6,
    start=START,
    end=START + timedelta(minutes=90),
)
ONLINE = PLAIN.model_copy(update={"join_link": "https://meet.example.org/rooms/4d2c9f7a1b6e"})
RECIPIENT = Recipient("Љиљана Ђурђевић-Šimić", "someone@example.org", ZoneInfo("Europe/Belgrade"))
HOUSE = Organisation()
TOKEN = "5f2d8c1e9b7a4063a1b2c3d4e5f60718"  # noqa: S105 - any token


def message(method: Method, invitation: Invitation, sequence: int) -> Message:
    return Message(
        method=method,
        invitation=invitation,
        sequence=sequence,
        stamp=datetime(2027, 1, 11, 9, 15, 0, tzinfo=UTC),
        asks_again=method is Method.REQUEST,
    )


def mail(each: Message) -> bytes:
    calendar = ics_bytes(each, RECIPIENT, HOUSE, ENGLISH)
    return eml_bytes(each, RECIPIENT, HOUSE, ENGLISH, calendar=calendar, reply_token=TOKEN)


REQUEST = message(Method.REQUEST, PLAIN, 0)
MOVED = message(Method.REQUEST, ONLINE, 1)
LATER = PLAIN.model_copy(
    update={"start": START + timedelta(days=1), "end": START + timedelta(days=1, minutes=90)}
)
RESCHEDULED = message(Method.REQUEST, LATER, 1).model_copy(
    update={"before": PLAIN, "refuses_counter": True}
)
PLACED = message(
    Method.REQUEST,
    PLAIN.model_copy(update={"mode": SessionMode.IN_PERSON, "place": "Building 4, room 12"}),
    0,
).model_copy(update={"before": ONLINE, "asks_again": False, "partstat": PartStat.ACCEPTED})
NAMED = message(Method.REQUEST, PLAIN.model_copy(update={"with_name": "Ana Anić"}), 0)
CANCEL = message(Method.CANCEL, ONLINE, 2)
GROUP = PLAIN.model_copy(
    update={
        "number": 1,
        "count": 1,
        "event": GroupEventKind.SEMINAR,
        "first_day": date(2027, 3, 29),
        "last_day": date(2027, 3, 30),
        "start": datetime(2027, 3, 28, 22, tzinfo=UTC),
        "end": datetime(2027, 3, 30, 22, tzinfo=UTC),
        "place": "Kotor, the old barracks",
    }
)
SEMINAR = message(Method.REQUEST, GROUP, 0).model_copy(update={"refuses_counter": True})
OPTIONAL = GROUP.model_copy(
    update={"is_required": False, "first_day": None, "last_day": None, "place": ""}
)
SEMINAR_CHANGED = message(Method.REQUEST, OPTIONAL, 1).model_copy(
    update={"before": GROUP, "refuses_counter": True}
)
SEMINAR_CANCELLED = message(Method.CANCEL, GROUP, 2)
FILES = {
    "request.ics": ics_bytes(REQUEST, RECIPIENT, HOUSE, ENGLISH),
    "moved-online.ics": ics_bytes(MOVED, RECIPIENT, HOUSE, ENGLISH),
    "rescheduled.ics": ics_bytes(RESCHEDULED, RECIPIENT, HOUSE, ENGLISH),
    "placed.ics": ics_bytes(PLACED, RECIPIENT, HOUSE, ENGLISH),
    "named.ics": ics_bytes(NAMED, RECIPIENT, HOUSE, ENGLISH),
    "cancel.ics": ics_bytes(CANCEL, RECIPIENT, HOUSE, ENGLISH),
    "request.eml": mail(REQUEST),
    "rescheduled.eml": mail(RESCHEDULED),
    "placed.eml": mail(PLACED),
    "cancel.eml": mail(CANCEL),
    "group-event.ics": ics_bytes(SEMINAR, RECIPIENT, HOUSE, ENGLISH),
    "group-event.eml": mail(SEMINAR),
    "group-event-changed.eml": mail(SEMINAR_CHANGED),
    "group-event-cancelled.eml": mail(SEMINAR_CANCELLED),
}


@pytest.mark.parametrize("name", FILES)
def test_message_equals_its_golden_file(name: str) -> None:
    path = HERE / name
    if os.environ.get("GOLDEN") == "write":
        path.write_bytes(FILES[name])
    assert FILES[name] == path.read_bytes()
