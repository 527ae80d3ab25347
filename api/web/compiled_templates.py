"""Keeps compiled templates in `__pycache__` beside their sources, as Python keeps its modules.

Compiling the templates of a results folder takes a tenth of a second. Python's rules for modules
apply here too: `PYTHONDONTWRITEBYTECODE`, `PYTHONPYCACHEPREFIX`, and no error if the folder cannot
be written.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from importlib.util import cache_from_source
from pathlib import Path
from pickle import UnpicklingError

from jinja2 import compiler
from jinja2.bccache import Bucket, BytecodeCache

_COMPILED_BY = (
    Path(compiler.__file__),
    Path(__file__).with_name("translated_environment.py"),
    Path(__file__).with_name("templating.py"),
)
"""The source files that, along with a template's own source, determine its compiled form."""


class CompiledTemplates(BytecodeCache):
    """The compiled templates of one environment that loads its templates from files.

    A compiled template is used as long as its source and the compiler have not changed.
    """

    def __init__(self) -> None:
        """Record the current state of the compiler."""
        self._compiler = "".join(f"{path.stat().st_mtime_ns}\n" for path in _COMPILED_BY)

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return the path of the compiled template."""
        return cache_from_source(f"{filename or name}.jinja")

    def get_source_checksum(self, source: str) -> str:
        """Return a checksum of a template's source and the state of the compiler."""
        return super().get_source_checksum(self._compiler + source)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template, unless it is missing, outdated or incomplete."""
        with suppress(OSError, EOFError, UnpicklingError), Path(bucket.key).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a compiled template if Python would write compiled modules."""
        if not sys.dont_write_bytecode:
            SourceFileLoader("", bucket.key).set_data(bucket.key, bucket.bytecode_to_string())
