"""Loads the catalogues of translated messages (gettext), and creates a renderer per language."""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType

from babel.support import Translations

from api.organisation import Organisation
from coach.texts.locales import ENGLISH, LOCALES, TextLocale
from coach.texts.renderer import Renderer, TerritoryText

_DOMAIN = "messages"


def renderer(organisation: Organisation, key: str) -> Renderer:
    """Return the renderer for the language `key`, with the territory names of this deployment.

    Equal arguments return the same renderer.
    """
    texts = organisation.territory_texts(key)
    names = tuple((code, TerritoryText(one.name, one.footnote)) for code, one in texts.items())
    return _renderer(LOCALES[key], names)


def all_renderers() -> tuple[Renderer, ...]:
    """Return the renderers for all languages, English first, with the default territory names."""
    return tuple(renderer(Organisation(), key) for key in LOCALES)


@cache
def _renderer(locale: TextLocale, territories: tuple[tuple[str, TerritoryText], ...]) -> Renderer:
    folder = resources.files("api.texts") / "locale"
    return Renderer(locale, load_catalogue(folder, locale), MappingProxyType(dict(territories)))


def load_catalogue(folder: Traversable, locale: TextLocale) -> NullTranslations:
    """Return a language's catalogue in `folder`; English and pseudo-locales need none.

    Raises:
        FileNotFoundError: the catalogue was not compiled.
    """
    if locale is ENGLISH or locale.pseudo:
        return NullTranslations()
    path = folder / locale.key / "LC_MESSAGES" / f"{_DOMAIN}.mo"
    with path.open("rb") as compiled:
        return Translations(compiled, _DOMAIN)
