"""The service page lists all settings, but no secrets."""

from __future__ import annotations

import re
from pathlib import Path

from api.overview.service_settings import SettingSource, setting_lines
from api.settings import Settings

REFERENCE = Path("docs/reference/settings.md")


def test_no_secret_is_shown(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {
            "data_dir": tmp_path,
            "database_url": "postgresql://office:hunter2hunter2@db/coaching",
            "metrics_token": "hunter2hunter2hunter2",
            "mail": {"host": "mail.example.org", "user": "office", "password": "hunter2hunter2"},
        }
    )
    lines = {one.name: one for one in setting_lines(settings)}
    assert "hunter2" not in repr(lines)
    assert str(lines["DATABASE_URL"].value).startswith("postgresql://office:***@db/coaching?")
    assert lines["GENDER_COACH_METRICS_TOKEN"].is_set
    assert lines["GENDER_COACH_MAIL__PASSWORD"].is_secret
    assert lines["GENDER_COACH_MAIL__HOST"].source is SettingSource.ENVIRONMENT
    assert lines["GENDER_COACH_MAIL__PORT"].source is SettingSource.DEFAULT


def test_every_documented_setting_is_listed() -> None:
    text = REFERENCE.read_text("utf-8")
    documented = set(re.findall(r"`((?:GENDER_COACH|DATABASE_URL)[A-Z_]*)`", text))
    listed = {one.name for one in setting_lines(Settings())}
    assert {one for one in documented if not one.endswith("_")} - listed == set()
    assert len(documented) > 50
