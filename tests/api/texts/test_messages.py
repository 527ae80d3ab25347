"""Messages have consistent codes and parameters, are all used, and are the only text in errors."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import api
import coach
import coach.errors
import matching
from coach.errors import DomainError, InvalidValueError
from coach.texts.facts import MESSAGES, Message

ROOT = Path(__file__).parents[3]
_PACKAGES = (coach, matching, api)
_CODE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")


@cache
def _modules() -> tuple[str, ...]:
    """Return the names of all modules except migrations and `__main__`, after importing them."""
    names = [
        module.name
        for package in _PACKAGES
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if ".migrations." not in module.name and not module.name.endswith("__main__")
    ]
    for name in names:
        importlib.import_module(name)
    return tuple(names)


@cache
def _messages() -> dict[str, Message]:
    _modules()
    return {code: one for code, one in MESSAGES.items() if not code.startswith("test.")}


@cache
def _trees() -> dict[Path, ast.Module]:
    paths = [
        path for package in ("coach", "matching", "api") for path in (ROOT / package).rglob("*.py")
    ]
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(paths)}


def test_codes_name_their_subject() -> None:
    others = [code for code in sorted(_messages()) if not _CODE.fullmatch(code)]
    assert others == ["erased", "legacy"]


def test_placeholders_are_the_parameters() -> None:
    differing = {
        code: (sorted(_placeholders(text)), sorted(one.kinds))
        for code, one in _messages().items()
        for text in filter(None, (one.text, one.plural))
        if not (_placeholders(text) == one.kinds.keys() or _omits_only_the_count(one, text))
    }
    assert differing == {}


def _omits_only_the_count(one: Message, text: str) -> bool:
    """Return whether a plural form's text contains every parameter except the count."""
    return one.plural is not None and one.kinds.keys() - _placeholders(text) == {"count"}


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_message_is_used() -> None:
    defined = {
        (_module_of(path), target.id)
        for path, tree in _trees().items()
        for node in tree.body
        if isinstance(node, ast.Assign) and _defines_a_message(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert len(defined) > 300
    read_beside: defaultdict[str, set[str]] = defaultdict(set)
    for path, tree in _trees().items():
        nodes = list(ast.walk(tree))
        names = {name for node in nodes for name in _names_read(node)}
        for module in {_module_of(path), *_imported_modules(nodes)}:
            read_beside[module] |= names
    assert sorted(one for one in defined if one[1] not in read_beside[one[0]]) == []


def _module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _imported_modules(nodes: list[ast.AST]) -> Iterator[str]:
    """Yield the module of each `from … import …`, and each imported name as a submodule of it."""
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _defines_a_message(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id in {"message", "plural_message"}
    )


def _names_read(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node.id


@cache
def _error_names() -> frozenset[str]:
    """Return the names of all errors whose text is shown to people."""
    return frozenset(
        value.__name__
        for name in _modules()
        for value in vars(importlib.import_module(name)).values()
        if inspect.isclass(value) and issubclass(value, DomainError | InvalidValueError)
    )


@pytest.mark.parametrize("package", ["coach", "matching", "api"])
def test_errors_for_people_are_raised_with_facts(package: str) -> None:
    names = _error_names() | {"InputFault", "CellError"}
    plain = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in _trees().items()
        if path.is_relative_to(ROOT / package)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and _called_name(node) in names
        and any(_is_plain_text(argument) for argument in node.args[-1:])
    ]
    assert plain == []


def _called_name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _is_plain_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    )
