"""The stylesheet: contrast in the light, dark and print schemes, and no external resources."""

import re

import pytest

from api.web.templating import static_file

CSS = static_file("style.css").decode()
ENOUGH = 4.5  # WCAG 2.2, success criterion 1.4.3, for normal text
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
    """Return the relative luminance of `#rrggbb`, from 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_contrasts_with_background(scheme: str, text: str, ground: str) -> None:
    colours = SCHEMES[scheme]
    light, dark = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
    contrast = (light + 0.05) / (dark + 0.05)
    assert contrast >= ENOUGH, f"{text} on {ground}: {contrast:.2f}"


def test_stylesheet_loads_no_external_resources() -> None:
    # `url("#...")` refers to an element of the same page.
    assert not re.search(r"""url\((?!"#)|@import|@font-face|https?:""", CSS)


def test_colours_are_defined_only_as_tokens() -> None:
    rules = re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL)
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb\(", rules)


def test_keyboard_focus_is_always_visible() -> None:
    assert ":focus-visible" in CSS
    assert "outline: none" not in CSS
    assert "outline: 0" not in CSS
