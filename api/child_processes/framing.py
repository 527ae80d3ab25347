"""Frames on a pipe: the kind (one byte), the length of the payload, and the payload."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import IO

_HEADER = struct.Struct(">BQ")
READ_BYTES = 1 << 20


class FrameKind(IntEnum):
    """The kind of a frame: a message, or the reason (UTF-8) why no more messages will follow."""

    MESSAGE = 1
    FAILURE = 2
    OUT_OF_MEMORY = 3


class FramingError(ValueError):
    """The bytes are not valid frames."""


def write_frame(stream: IO[bytes], kind: FrameKind, payload: bytes) -> None:
    """Write one frame and flush it.

    Raises:
        OSError: the other side has closed the pipe.
    """
    stream.write(_HEADER.pack(kind, len(payload)))
    stream.write(payload)
    stream.flush()


class FrameDecoder:
    """An incremental decoder of frames, fed with chunks of any size."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[FrameKind, bytes]]:
        """Add `data`, and yield all frames that are now complete.

        Raises:
            FramingError: the bytes are not valid frames.
        """
        self._buffer += data
        while len(self._buffer) >= _HEADER.size:
            number, length = _HEADER.unpack_from(self._buffer)
            try:
                kind = FrameKind(number)
            except ValueError as error:
                raise FramingError(f"{number} is not a kind of frame") from error
            end = _HEADER.size + length
            if len(self._buffer) < end:
                return
            payload = bytes(self._buffer[_HEADER.size : end])
            del self._buffer[:end]
            yield kind, payload
