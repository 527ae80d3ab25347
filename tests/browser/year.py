"""Takes the pictures for docs/tutorial-coaching.md during a simulated year of a pair.

`python -m tests.browser.year` writes them into docs/pictures. `tests/api/coaching/year.py` defines
the year, which a test simulates, too.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from api.settings import Settings
from tests.api.coaching import year as steps
from tests.api.coaching.year import Year, year_of
from tests.api.conftest import fresh_world
from tests.browser.conftest import open_browser
from tests.browser.walking import PHONE, WIDE, Camera, fits

ROOT = Path(__file__).parents[2]
_OF_OFFICE = ("year-office", "year-life", "year-early-end")


def live(year: Year) -> None:
    """Simulate the year, and open the pages of the office at its end."""
    steps.live_until_the_end(year)
    steps.follow_up(year)
    steps.ask_the_post(year)
    year.clock.now += timedelta(hours=1)
    office, cycle = year.office(), f"/cycles/{year.cycle_id}"
    year.shoot("year-office", f"{cycle}/follow-ups", office)
    year.shoot("year-life", f"{cycle}/goals/{year.id('C-1')}", office)


def main() -> int:
    """Write the pictures; return 1 if there is no browser, otherwise 0."""
    camera = Camera(ROOT / "docs" / "pictures")
    with open_browser() as browser, tempfile.TemporaryDirectory() as folder:
        if browser is None:
            return 1
        settings = Settings(data_dir=Path(folder), port=0, worker=False)
        with fresh_world(settings) as world, year_of(world) as year:

            def shoot(name: str, path: str, headers: dict[str, str]) -> None:
                own = {key: value for key, value in headers.items() if key != "Sec-Fetch-Site"}
                for size in (WIDE,) if name in _OF_OFFICE else (PHONE,):
                    context = browser.new_context(viewport=size, extra_http_headers=own)
                    page = context.new_page()
                    page.goto(f"{year.client.base_url}".rstrip("/") + path)
                    fits(page)
                    camera.shoot(page, name)
                    context.close()

            year.shoot = shoot
            live(year)
    return 0


if __name__ == "__main__":
    sys.exit(main())
