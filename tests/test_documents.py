"""The layout, the links and the `make` targets of all documents."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    path.relative_to(ROOT).as_posix()
    for path in sorted(
        [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/*.md")]
    )
    if "node_modules" not in path.parts
]
TARGETS = {*re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)}
_FENCE = re.compile(r" *```[a-z]*")
_LINK = re.compile(r"\]\(([^)\s:]*)\)")


def _prose_and_code(path: str) -> tuple[str, str]:
    """Return the text outside code blocks, and the text inside them."""
    parts = re.split(r"^ *```.*$", (ROOT / path).read_text("utf-8"), flags=re.MULTILINE)
    return "\n".join(parts[::2]), "\n".join(parts[1::2])


def _anchors(path: Path) -> set[str]:
    """Return the anchors of the headings in a document, as most viewers of Markdown name them."""
    prose, _ = _prose_and_code(path.relative_to(ROOT).as_posix())
    headings = re.findall(r"^#+ +(.*)$", prose, re.MULTILINE)
    return {
        "".join(
            character
            for character in heading.lower().strip().replace(" ", "-")
            if character in "-_" or unicodedata.category(character)[0] in "LN"
        )
        for heading in headings
    }


def test_documents_are_found() -> None:
    assert {"README.md", "docs/deploy.md", "docs/how-to/use-the-api.md"} <= {*DOCUMENTS}


@pytest.mark.parametrize("path", DOCUMENTS)
def test_code_block_begins_and_ends_on_lines_of_their_own(path: str) -> None:
    fences = [line for line in (ROOT / path).read_text("utf-8").splitlines() if "```" in line]
    assert [line for line in fences if not _FENCE.fullmatch(line)] == []
    assert len(fences) % 2 == 0


@pytest.mark.parametrize("path", DOCUMENTS)
def test_link_leads_to_an_existing_file_and_heading(path: str) -> None:
    prose, _ = _prose_and_code(path)
    lost = []
    for link in _LINK.findall(prose):
        file, _, anchor = link.partition("#")
        target = (ROOT / path).parent / file if file else ROOT / path
        target = target.resolve()
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("path", DOCUMENTS)
def test_named_target_of_make_exists(path: str) -> None:
    prose, code = _prose_and_code(path)
    named = re.findall(r"`make ([a-z-]+)", prose) + re.findall(
        r"^\s*make ([a-z-]+)", code, re.MULTILINE
    )
    assert {*named} <= TARGETS
