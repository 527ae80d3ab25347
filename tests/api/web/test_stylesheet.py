"""The one stylesheet: colours that can be read in light, dark and print, and nothing from afar."""

import re

import pytest

from api.web.templating import static_file

CSS = static_file("style.css").decode()
ENOUGH = 4.5  # WCAG 2.2, success criterion 1.4.3, for text of normal size
TEXT_ON_GROUND = [
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "soft"),
    ("quiet", "paper"),
    ("quiet", "card"),
    ("quiet", "soft"),
    ("accent", "paper"),
    ("accent", "card"),
    ("accent-ink", "accent"),
    ("ink", "accent-soft"),
    ("good", "good-soft"),
    ("warn", "warn-soft"),
    ("bad", "bad-soft"),
    ("bad", "card"),
]


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


LIGHT, DARK, PRINT = (tokens(block) for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL))
SCHEMES = {"light": LIGHT, "dark": LIGHT | DARK, "print": LIGHT | PRINT}


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_stands_out_from_its_ground(scheme: str, text: str, ground: str) -> None:
    colours = SCHEMES[scheme]
    light, dark = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
    contrast = (light + 0.05) / (dark + 0.05)
    assert contrast >= ENOUGH, f"{text} on {ground}: {contrast:.2f}"


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert not re.search(r"url\(|@import|@font-face|https?:", CSS)


def test_colours_stand_in_the_tokens_alone() -> None:
    rules = re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL)
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb\(", rules)


def test_the_keyboards_focus_is_never_hidden() -> None:
    assert ":focus-visible" in CSS
    assert "outline: none" not in CSS
    assert "outline: 0" not in CSS
