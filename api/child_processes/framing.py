"""Frames on a pipe: one byte for the kind, then the length of the payload, then the payload."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import IO

_HEADER = struct.Struct(">BQ")
READ_BYTES = 1 << 20


class FrameKind(IntEnum):
    """The content of a frame: a message, or the reason (UTF-8) why there will be no more."""

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
    """Decodes frames from chunks of bytes of any size."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[FrameKind, bytes]]:
        """Yield the frames that `data` completes.

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
