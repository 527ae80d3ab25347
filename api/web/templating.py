"""The one template environment: pages, forms, mails and the report are drawn from it.

Templates receive finished values and never compute. A name that a value lacks is an error, and
everything is escaped, plain-text mails aside. One filter of ours: `3 | pluralise("pair")`.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from coach.plural import pluralise


@cache
def environment() -> Environment:
    """The environment over the package `templates`."""
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
    """The text of `template` with `values`."""
    return environment().get_template(template).render(values)


@cache
def static_file(name: str) -> bytes:
    """A file of the package's `static` folder."""
    return (resources.files("templates") / "static" / name).read_bytes()
