"""Catalogues of translated messages."""

import re
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from api.organisation import Organisation
from api.settings import Settings
from api.texts.catalogues import load_catalogue, renderer
from api.texts.terminal_language import LANGUAGE_VARIABLE, terminal_renderer
from api.web.templating import environment, render
from coach.texts.facts import NUMBER, plural_message
from coach.texts.locales import ENGLISH, TextLocale
from coach.texts.renderer import Renderer
from tests.catalogue import extract

PAIRS = plural_message("test.catalogue.pairs", "{count} pair", "{count} pairs", count=NUMBER)
MACEDONIAN = TextLocale("mk", Locale("mk"), "EEEE, d MMMM y", "EEE d MMM y", "MMM y")


OF_PAIRS = "{% trans pairs=pairs %}100 % of {{ pairs }} <b>pairs</b>{% endtrans %}"


@pytest.fixture
def macedonian(tmp_path: Path) -> Renderer:
    catalogue = Catalog(Locale("mk"))
    translated = ("{count} пар", "{count} пара")
    catalogue.add(("{count} pair", "{count} pairs"), translated, context="test.catalogue.pairs")
    catalogue.add("100 %% of %(pairs)s <b>pairs</b>", "од %(pairs)s <b>пара</b> 100 %%")
    catalogue.add("Save", "Зачувај")
    file = BytesIO()
    write_mo(file, catalogue)
    folder = tmp_path / "mk" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.mo").write_bytes(file.getvalue())
    return Renderer(MACEDONIAN, load_catalogue(tmp_path, MACEDONIAN))


def test_a_message_is_rendered_from_its_catalogue_with_plurals(macedonian: Renderer) -> None:
    assert macedonian.text(PAIRS(count=1)) == "1 пар"
    assert macedonian.text(PAIRS(count=5)) == "5 пара"


def test_templates_are_translated_and_their_values_escaped(macedonian: Renderer) -> None:
    page = environment(macedonian).from_string(OF_PAIRS).render
    assert page(pairs="<3>") == "од &lt;3&gt; <b>пара</b> 100 %"
    assert page(pairs=PAIRS(count=1)) == "од 1 пар <b>пара</b> 100 %"
    label = environment(macedonian).from_string("{{ _('Save') | upper }}")
    assert label.render() == "ЗАЧУВАЈ"


def test_an_uncompiled_catalogue_raises_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_catalogue(tmp_path, MACEDONIAN)


def test_english_requires_no_catalogue(tmp_path: Path) -> None:
    assert type(load_catalogue(tmp_path, ENGLISH)) is NullTranslations


def test_territories_are_named_by_deployment_and_language() -> None:
    house = Organisation.model_validate(
        {
            "territories": {
                "XK": {"en": {"name": "Kosovo*", "footnote": "* a"}, "en-XA": {"name": "X"}}
            }
        }
    )
    assert renderer(house, "en").territory("XK") == "Kosovo*"
    assert renderer(house, "en-XA").territory("XK") == "X"
    assert renderer(house, "en-XA").footnotes(["XK"]) == ()
    assert renderer(house, "en") is renderer(house, "en")


def test_a_territory_without_the_language_is_named_in_english() -> None:
    assert renderer(Organisation(), "en-XA").territory("XK") == "Kosovo*"


def test_a_page_in_the_pseudo_locale_declares_its_language() -> None:
    texts = renderer(Organisation(), "en-XA")
    page = environment(texts).from_string('<html lang="{{ html_lang }}">{{ _("Save") }}').render()
    assert page.startswith('<html lang="en-XA">[Śáṽé')
    layout: dict[str, object] = {"territories": [], "page_drafts": None, "is_error": False}
    assert render(texts, "web/base.html", **layout).count('lang="en-XA"') == 1


def test_an_unknown_language_is_rejected() -> None:
    with pytest.raises(ValueError, match="language"):
        Settings(language="tlh")


@pytest.mark.parametrize(("key", "expected"), [("en-XA", "en-XA"), ("en", "en"), ("tlh", "en")])
def test_commands_use_the_language_of_the_environment(
    key: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, key)
    assert terminal_renderer().locale.key == expected


def test_every_message_is_extracted_once() -> None:
    extracted = {(one.context, one.id) for one in extract() if one.id and one.context}
    codes = [code for code, _text in extracted]
    assert len(codes) == len(set(codes))
    assert ("calendar.session", "Coaching session {number} of {of}") in extracted


def test_templates_leave_the_form_of_numbers_to_the_language(macedonian: Renderer) -> None:
    template = environment(macedonian).from_string("{{ 1234.56 | round(1) | number }}")
    assert template.render() == "1.234,6"
    folder = Path(__file__).parents[3] / "templates"
    fixed = [path.name for path in folder.rglob("*.html") if re.search(r"%\.\df", path.read_text())]
    assert fixed == []
