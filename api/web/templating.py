"""The Jinja2 environment for pages, forms, mails and the report.

Templates receive finished values and do not compute. Undefined names are errors, and everything is
escaped except in plain-text templates (`.txt`). There is one custom filter:
`3 | pluralise("pair")`.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from coach.plural import pluralise


@cache
def environment() -> Environment:
    """The environment that loads from the package `templates`."""
    template_environment = Environment(
        loader=PackageLoader("templates", package_path="."),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    template_environment.filters["pluralise"] = pluralise
    return template_environment


def render(template: str, **values: object) -> str:
    """Render the template at the path `template` with `values`."""
    return environment().get_template(template).render(values)


@cache
def static_file(name: str) -> bytes:
    """The content of a file in the `static` folder of the templates."""
    return (resources.files("templates") / "static" / name).read_bytes()
