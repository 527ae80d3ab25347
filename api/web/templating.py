"""The Jinja2 environment for pages, forms, emails and the report.

Templates receive final values and contain no business logic. Undefined names are errors, and all
output is escaped except in plain-text templates (`.txt`). The only custom filter is `pluralise`, as
in `3 | pluralise("pair")`.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from coach.plural import pluralise


@cache
def environment() -> Environment:
    """Return the environment that loads templates from the package `templates`."""
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
    """Return the content of a file in `templates/static`."""
    return (resources.files("templates") / "static" / name).read_bytes()
