"""ZIP archives."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from api.files.zip_archive import zip_stream

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_archive_is_streamed_member_by_member() -> None:
    taken: list[int] = []

    def members() -> Iterator[tuple[str, bytes]]:
        for number in range(3):
            taken.append(number)
            yield f"{number}.eml", bytes([number]) * 10

    pieces = zip_stream(members())
    first = next(pieces)
    assert taken == [0], "members are requested one at a time"
    whole = first + b"".join(pieces)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.read("2.eml") == b"\x02" * 10
