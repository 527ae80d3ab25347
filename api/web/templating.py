"""The Jinja2 environments for pages, forms, emails and the report: one for each language.

Templates receive final values and contain no business logic. A `Fact` among the values is displayed
as text in the language of the environment; the filter `text` returns this text as a string, and
`sentence` adds a capital letter and final punctuation. The templates' own text is translated with
`{% trans %}` and `_()`. Undefined names are errors, and all output is escaped except in plain-text
templates (`.txt`).
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from api.web.compiled_templates import CompiledTemplates
from api.web.translated_environment import TranslatedEnvironment
from coach.texts.facts import Fact
from coach.texts.locales import ENGLISH
from coach.texts.renderer import Renderer


@cache
def environment(texts: Renderer) -> Environment:
    """Return the environment that loads templates from the package `templates`."""

    def render_fact(value: object) -> object:
        return texts.text(value) if isinstance(value, Fact) else value

    template_environment = TranslatedEnvironment(
        texts.translations,
        loader=PackageLoader("templates", package_path="."),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        # Other languages are compiled with a catalogue, which changes without the templates.
        bytecode_cache=CompiledTemplates() if texts.locale is ENGLISH else None,
        finalize=render_fact,
    )
    template_environment.globals["html_lang"] = texts.locale.key
    template_environment.globals["footnotes"] = texts.footnotes
    template_environment.filters["text"] = texts.text
    template_environment.filters["sentence"] = texts.sentence
    template_environment.filters["number"] = texts.number
    return template_environment


def render(texts: Renderer, template: str, **values: object) -> str:
    """Render the template at the path `template` with `values`, in the language of `texts`."""
    return environment(texts).get_template(template).render(values)


@cache
def static_file(name: str) -> bytes:
    """Return the content of a file in `templates/static`."""
    return (resources.files("templates") / "static" / name).read_bytes()
