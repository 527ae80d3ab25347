"""Dates and times in the reader's zone, and the settings of the organisation."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from api.organisation import Organisation, Territory
from api.texts.catalogues import renderer
from api.web.date_formats import format_date, format_datetime_range, format_zone, zone_abbreviation
from coach.texts.renderer import english

START, END = datetime(2027, 7, 5, 7, 0, tzinfo=UTC), datetime(2027, 7, 5, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Belgrade", "Monday 5 July 2027, 09:00 to 10:30 (CEST, UTC+02:00)"),
        ("Asia/Kathmandu", "Monday 5 July 2027, 12:45 to 14:15 (UTC+05:45)"),
        ("America/St_Johns", "Monday 5 July 2027, 04:30 to 06:00 (NDT, UTC-02:30)"),
        ("Pacific/Auckland", "Monday 5 July 2027, 19:00 to 20:30 (NZST, UTC+12:00)"),
    ],
)
def test_time_range_is_formatted_in_readers_zone(zone: str, expected: str) -> None:
    assert english(format_datetime_range(START, END, ZoneInfo(zone))) == expected


def test_zone_is_formatted_without_city_name() -> None:
    winter = datetime(2027, 1, 20, 9, tzinfo=ZoneInfo("Europe/Belgrade"))
    assert (zone_abbreviation(winter), format_zone(winter)) == ("CET", "CET, UTC+01:00")
    assert english(format_date(date(2027, 2, 1))) == "Monday 1 February 2027"


def test_territory_names_follow_deployment_settings() -> None:
    texts = renderer(Organisation(), "en")
    assert texts.territory("XK") == "Kosovo*"
    assert texts.territory("BA") == "Bosnia and Herzegovina"
    assert texts.territory("MK") == "North Macedonia"
    assert texts.territory("??") == "??"
    assert len(texts.footnotes(["XK", "RS", "XK"])) == 1
    assert texts.footnotes(["RS", "AL"]) == ()
    other = renderer(Organisation(territories={"XK": Territory(name="Kosovo")}), "en")
    assert other.territory("XK") == "Kosovo"
    assert other.footnotes(["XK"]) == ()


def test_default_organiser_address_is_an_example() -> None:
    assert Organisation().organiser_address.endswith("@example.org")
    assert Organisation(organiser_address="a@b.example.com").domain == "b.example.com"
    assert Organisation().reply_to("t0k3n") == "replies+t0k3n@example.org"


@pytest.mark.parametrize("address", ["", "a", "a@b", "a b@example.org", "a@example.org\r\nBcc: b"])
def test_invalid_organiser_address_is_rejected(address: str) -> None:
    with pytest.raises(ValidationError):
        Organisation(organiser_address=address)
