"""A cycle's rules page lists the days that observances keep free."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

POLICY = b"""[cycle]
start = 2027-01-04
end = 2027-02-26
[calendar.observances]
ME = ["orthodox"]
"""


def test_days_of_observances_are_listed_by_country(office: httpx.Client) -> None:
    cycle_id = office.post("/api/v1/cycles", content=POLICY).json()["id"]
    page = office.get(f"/cycles/{cycle_id}/rules").text
    listed = page.partition('id="observances"')[2]
    assert "Montenegro" in listed
    assert "orthodox" in listed
    assert "Thursday 7 January 2027" in listed
    assert "2027-05" not in listed
    assert "May 2027" not in listed, "May is outside the cycle"
