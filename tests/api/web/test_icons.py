"""Icons are used by names that exist, hidden from screen readers, and shown in lists of tasks."""

from __future__ import annotations

import re
from pathlib import Path

from api.organisation import Organisation
from api.overview.cycles_page import TO_DO_ICONS
from api.overview.to_do import ToDoKind
from api.texts.catalogues import renderer
from api.web.templating import environment

TEMPLATES = Path(__file__).parents[3] / "templates"
ICONS = environment(renderer(Organisation(), "en")).get_template("web/icons.html").module


def test_templates_use_all_icons_and_no_others() -> None:
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")]
    used = {name for text in texts for name in re.findall(r'icons\.icon\("([a-z]+)"\)', text)}
    of_decisions = {"pin", "ban"}
    signs = set(ICONS.STATES.values())
    assert used | of_decisions | signs | set(TO_DO_ICONS.values()) == set(ICONS.PATHS)


def test_each_task_has_an_icon() -> None:
    assert set(TO_DO_ICONS) == set(ToDoKind)


def test_icons_are_hidden_from_screen_readers_and_badges_keep_their_words() -> None:
    shown = str(ICONS.badge({"tone": "warn", "words": "late"}))
    assert 'aria-hidden="true"' in shown
    assert re.sub(r"<[^>]+>|\s", "", shown) == "late"
    assert "<svg" not in str(ICONS.badge({"tone": "", "words": "late"}))
