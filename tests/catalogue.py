"""Extracts the messages into `api/texts/locale/messages.pot`, the template of the catalogues.

`python -m tests.catalogue` checks that the template contains exactly the messages in the code and
the HTML and email templates; `--write` (`make texts`) updates it.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "api" / "texts" / "locale" / "messages.pot"
_METHODS = [
    ("api/**.py", "python"),
    ("coach/**.py", "python"),
    ("matching/**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**/mail/**.txt", "jinja2"),
]
_OPTIONS = {
    "templates/**.html": {"trimmed": "true", "silent": "false"},
    "templates/**/mail/**.txt": {"trimmed": "true", "silent": "false"},
}
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "message": ((1, "c"), 2),
    "plural_message": ((1, "c"), 2, 3),
}
_HEADER = "# The English messages of the Gender Coach Programme scheduler, written by make texts"
_FORMAT = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'


def extract() -> Catalog:
    """Return a catalogue of all messages in the code and the templates, without translations."""
    catalogue = Catalog(project="gender-coach", header_comment=_HEADER, fuzzy=False)
    found = extract_from_dir(
        ROOT,
        _METHODS,
        _OPTIONS,
        keywords=_KEYWORDS,
        comment_tags=["i18n:"],
        strip_comment_tags=True,
    )
    for path, _line, message, comments, context in found:
        catalogue.add(message, None, [(path, None)], auto_comments=comments, context=context)
    return catalogue


def as_text(catalogue: Catalog) -> str:
    """Return the catalogue as a PO file without dates or line numbers, sorted by message."""
    file = io.BytesIO()
    write_po(file, catalogue, width=0, sort_output=True, include_lineno=False, omit_header=True)
    return f"{_HEADER}\n{_FORMAT}\n{file.getvalue().decode()}"


def main(arguments: list[str]) -> int:
    """Write or check the template; return the exit code."""
    extracted = extract()
    if "--write" in arguments:
        TEMPLATE.write_text(as_text(extracted), encoding="utf-8")
        print(f"{len(extracted)} messages in {TEMPLATE.relative_to(ROOT)}")
        return 0
    written = TEMPLATE.read_text(encoding="utf-8") if TEMPLATE.exists() else ""
    if written == as_text(extracted):
        return 0
    stored = {_key(one) for one in read_po(io.StringIO(written))}
    current = {_key(one) for one in extracted}
    for sign, keys in (("+", current - stored), ("-", stored - current)):
        for context, text in sorted(keys):
            print(f"{sign} {context} {text}".replace("  ", " "))
    print(f"{TEMPLATE.relative_to(ROOT)} is out of date: run make texts")
    return 1


def _key(one: object) -> tuple[str, str]:
    return str(getattr(one, "context", None) or ""), str(getattr(one, "id", ""))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
