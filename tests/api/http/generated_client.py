"""The client that `openapi-python-client` generates from the OpenAPI document."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

GENERATOR = Path(sys.prefix, "tools/bin/openapi-python-client")
CONFIGURATION = Path(__file__).parents[3] / "docs/how-to/use-the-api/generator.yaml"
NAME = "gender_coach_client"


class GeneratedClient:
    """A generated client.

    Attributes:
        package: the client's package, with the client classes.
        models: the module with the values that operations take and return.
        types: the module with the types for files and absent values.
        names: the names of all operations.
    """

    def __init__(self, folder: Path) -> None:
        self.package: Any = importlib.import_module(NAME)
        self.models: Any = importlib.import_module(f"{NAME}.models")
        self.types: Any = importlib.import_module(f"{NAME}.types")
        self._modules = {
            file.stem: f"{NAME}.api.{file.parent.name}.{file.stem}"
            for file in folder.glob(f"{NAME}/api/*/*.py")
            if file.stem != "__init__"
        }
        self.names = self._modules.keys()

    def operation(self, name: str) -> Any:  # noqa: ANN401 - generated
        """Return an operation's module."""
        return importlib.import_module(self._modules[name])

    def call(self, name: str, *values: object, **more: object) -> Any:  # noqa: ANN401 - generated
        """Call an operation, and return the parsed response."""
        return self.operation(name).sync(*values, **more)


@contextmanager
def generated(document: dict[str, Any], folder: Path) -> Iterator[GeneratedClient]:
    """Generate a client in a folder without warnings, and make it importable within the block."""
    if not GENERATOR.exists():
        pytest.skip("openapi-python-client is missing; `make .venv/tools.stamp` installs it")
    described = folder / "openapi.json"
    described.write_text(json.dumps(document), "utf-8")
    words = ["generate", "--path", described, "--config", CONFIGURATION, "--meta", "none"]
    done = subprocess.run(
        [GENERATOR, *words, "--output-path", folder / NAME, "--fail-on-warning"],
        env={**os.environ, "PATH": f"{GENERATOR.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stdout, done.stdout
    sys.path.insert(0, str(folder))
    try:
        yield GeneratedClient(folder)
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
            del sys.modules[name]
