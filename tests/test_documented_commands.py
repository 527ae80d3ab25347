"""The commands that documents mention exist, with their options; one page lists all commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

import pytest
import typer.main
from typer.core import TyperGroup, TyperOption

from api.cli import build_application
from api.cli.command_table import COMMANDS
from tests.test_documents import DOCUMENTS, ROOT

REFERENCE = "docs/reference/commands.md"
_FENCED = re.compile(r"^ *```[a-z]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
_CALL = re.compile(r"^ *(?:\S*/)?(?:as-)?gender-coach ([a-z].*)$", re.MULTILINE)
_SIGNS = re.compile(r"[()…\[\]]|\\\|")  # signs for optional parts and for choices
_EVERYWHERE = {"--help", "--data"}


def _options_of(command: object) -> set[str]:
    """Return the options of a command, or of all commands in a group."""
    if isinstance(command, TyperGroup):
        return set().union(*map(_options_of, command.commands.values()))
    params = getattr(command, "params", [])
    return _EVERYWHERE | {
        name
        for one in params
        if isinstance(one, TyperOption)
        for name in (*one.opts, *one.secondary_opts)
        if name.startswith("--")
    }


@pytest.fixture(scope="module")
def options() -> Mapping[str, set[str]]:
    """The options of each command, keyed by name, such as `match` or `cycle import`."""
    known = {}
    for name in COMMANDS:
        loaded = typer.main.get_command(build_application(name))
        assert isinstance(loaded, TyperGroup)
        command = loaded.commands[name]
        known[name] = _options_of(command)
        if isinstance(command, TyperGroup):
            known |= {f"{name} {of}": _options_of(one) for of, one in command.commands.items()}
    return known


def _calls(text: str) -> Iterator[list[str]]:
    """Yield the words of each command, in code blocks and in the text."""
    blocks = [block.replace("\\\n", " ") for block in _FENCED.findall(text)]
    spans = [span.replace("\n", " ") for span in _INLINE.findall(_FENCED.sub("", text))]
    for code in [*blocks, *spans]:
        for call in _CALL.findall(code):
            yield shlex.split(_SIGNS.sub(" ", call.split(" && ")[0]), comments=True)


def _unknown(words: list[str], options: Mapping[str, set[str]]) -> set[str]:
    """Return the command if it does not exist, or else any of its options that do not exist."""
    name = " ".join(words[:2]) if words[0] == "cycle" and len(words) > 1 else words[0]
    if name not in options:
        return {name}
    return {word for word in words if word.startswith("--")} - options[name]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_commands_in_documents_exist(path: str, options: Mapping[str, set[str]]) -> None:
    calls = list(_calls((ROOT / path).read_text("utf-8")))
    assert [(words, _unknown(words, options)) for words in calls if _unknown(words, options)] == []


def test_commands_are_found(options: Mapping[str, set[str]]) -> None:
    text = "Run `gender-coach cycle runs ID` or\n```sh\n.venv/bin/gender-coach check --all\n```\n"
    assert [_unknown(words, options) for words in _calls(text)] == [{"--all"}, {"cycle runs"}]
    assert sum(len(list(_calls((ROOT / path).read_text("utf-8")))) for path in DOCUMENTS) > 100


def test_the_reference_lists_every_command_and_option(options: Mapping[str, set[str]]) -> None:
    rows: dict[str, str] = {}
    name = ""
    for row in re.findall(r"^\| (.*) \|$", (ROOT / REFERENCE).read_text("utf-8"), re.MULTILINE):
        first = re.match(r"`([a-z-]+)", row)
        name = first[1] if first else name
        rows[name] = rows.get(name, "") + row
    rows["migrate"] = rows["worker"]  # in one row
    listed = {name: set(re.findall(r"--[a-z-]+", rows.get(name, ""))) for name in COMMANDS}
    hidden = _EVERYWHERE | {"--worker", "--wait"}  # the defaults of --no-worker and --no-wait
    missing = {name: options[name] - hidden - listed[name] for name in COMMANDS}
    assert {name: some for name, some in missing.items() if some or name not in rows} == {}
