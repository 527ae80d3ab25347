"""Compiled templates are kept beside their sources, and never outlive them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from api.web.compiled_templates import CompiledTemplates


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    path = tmp_path / "greeting.html"
    path.write_text("Hello {{ name }}")
    return path


def show(source: Path) -> str:
    """Render the template in a new environment, as a new process would."""
    loader = FileSystemLoader(source.parent)
    environment = Environment(loader=loader, autoescape=True, bytecode_cache=CompiledTemplates())
    return environment.get_template(source.name).render(name="Ada")


def kept(source: Path) -> Path:
    (found,) = (source.parent / "__pycache__").iterdir()
    return found


def test_compiled_template_is_used_again(source: Path) -> None:
    assert show(source) == "Hello Ada"
    kept(source).write_bytes(kept(source).read_bytes().replace(b"Hello", b"Howdy"))
    assert show(source) == "Howdy Ada"


def test_changed_template_is_compiled_again(source: Path) -> None:
    show(source)
    source.write_text("Goodbye {{ name }}")
    assert show(source) == "Goodbye Ada"


@pytest.mark.parametrize("length", [0, 20, 60, -10])
def test_incomplete_file_is_replaced(source: Path, length: int) -> None:
    show(source)
    whole = kept(source).read_bytes()
    kept(source).write_bytes(whole[:length])
    assert show(source) == "Hello Ada"
    assert kept(source).read_bytes() == whole


def test_nothing_is_written_where_python_writes_nothing(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert show(source) == "Hello Ada"
    assert [path.name for path in source.parent.iterdir()] == ["greeting.html"]


def test_folder_that_cannot_be_written_does_no_harm(source: Path) -> None:
    (source.parent / "__pycache__").write_text("not a folder")
    assert show(source) == "Hello Ada"
