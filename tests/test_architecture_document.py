"""docs/architecture.md names only existing files, and its picture is complete."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PICTURE = (ROOT / "docs" / "pictures" / "architecture.svg").read_text("utf-8")
REFERENCES = sorted(set(re.findall(r"`((?:api|matching|coach)/[\w/.]*(?::\w+)?)`", DOCUMENT)))


def test_references_of_the_architecture_document_are_found() -> None:
    assert len(REFERENCES) > 30


@pytest.mark.parametrize("reference", REFERENCES)
def test_file_and_function_named_in_the_architecture_document_exist(reference: str) -> None:
    path, _, name = reference.partition(":")
    assert (ROOT / path).exists()
    if name:
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        assert name in {
            node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }


def test_picture_of_the_architecture_shows_every_package_of_the_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each.get("containers") == ["api"])
    packages = {name for layer in layers for name in re.findall(r"\w+", layer)} - {"__main__"}
    assert packages == set(re.findall(r'class="name">(\w+)<', PICTURE)) & packages
