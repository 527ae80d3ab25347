"""Messages to and from child processes, their limits, and the exit of the child or parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.child_processes import child_main
from api.child_processes.channel import EXIT_ORPHANED
from api.child_processes.child_process import ChildEndedError, ChildProcess
from api.child_processes.framing import FrameDecoder, FrameKind, FramingError
from api.child_processes.limits import ProcessLimits

CHILDREN = "tests.api.child_processes.children"
ROOT = str(Path(child_main.__file__).parents[2])
NO_PROCESS = 0  # not the id of a parent process
MEBIBYTE = 1 << 20
HANGS_SECONDS = 60.0


def received(child: ChildProcess) -> bytes:
    message = child.receive(HANGS_SECONDS)
    assert message is not None
    return message


def ended(child: ChildProcess) -> ChildEndedError:
    with pytest.raises(ChildEndedError) as error:
        received(child)
    return error.value


@contextmanager
def started(function: str, parent: int) -> Iterator[subprocess.Popen[bytes]]:
    """Start a child process that treats `parent` as the id of its parent process."""
    command = (sys.executable, "-P", child_main.__file__, ROOT, str(parent))
    with subprocess.Popen(
        (*command, f"{CHILDREN}:{function}", ProcessLimits().to_argument()),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


# Messages.


@given(st.lists(st.binary(max_size=40)), st.integers(1, 30))
def test_frames_are_decoded_from_chunks_of_any_size(payloads: list[bytes], piece: int) -> None:
    header = [bytes([FrameKind.MESSAGE]) + len(one).to_bytes(8) for one in payloads]
    data = b"".join(first + rest for first, rest in zip(header, payloads, strict=True))
    decoder = FrameDecoder()
    frames = [
        frame
        for start in range(0, len(data), piece)
        for frame in decoder.feed(data[start : start + piece])
    ]
    assert frames == [(FrameKind.MESSAGE, one) for one in payloads]


def test_invalid_frame_is_rejected() -> None:
    with pytest.raises(FramingError, match="72 is not a kind of frame"):
        list(FrameDecoder().feed(b"HTTP/1.1 200 OK\r\n"))


def test_messages_of_any_size_are_exchanged_despite_printed_output() -> None:
    messages = [b"", b"x" * 5 * MEBIBYTE, b"\n\0\xff"]
    with ChildProcess(f"{CHILDREN}:echo") as child:
        for message in messages:
            child.send(message)
        assert [received(child) for _ in messages] == messages
        assert child.receive(0) is None
        assert list(child.received()) == []


def test_messages_sent_before_the_child_exits_are_received() -> None:
    with ChildProcess(f"{CHILDREN}:send_three") as child:
        assert [received(child) for _ in range(3)] == [b"1", b"2", b"3"]
        assert str(ended(child)) == str(ended(child)) == "exit code 0"


# Exit of the child.


def test_exception_is_reported_with_location_but_without_message() -> None:
    with ChildProcess(f"{CHILDREN}:name_the_person") as child:
        error = ended(child)
    assert str(error).startswith("ValueError at ")
    assert "children.py:" in str(error)
    assert "Alice" not in str(error)
    assert not error.out_of_resources


def test_exit_is_reported_with_its_code() -> None:
    with ChildProcess(f"{CHILDREN}:exit_with_7") as child:
        assert str(ended(child)) == "exit code 7"


def test_missing_function_is_reported() -> None:
    with ChildProcess(f"{CHILDREN}:nothing") as child:
        assert "AttributeError" in str(ended(child))


def test_killed_child_is_reported_with_its_signal() -> None:
    with ChildProcess(f"{CHILDREN}:sleep") as child:
        received(child)
        os.kill(child.pid, signal.SIGKILL)
        error = ended(child)
    assert "signal 9" in str(error)
    assert "memory" in str(error)
    assert error.out_of_resources


def test_child_out_of_memory_is_reported() -> None:
    with ChildProcess(f"{CHILDREN}:allocate") as child:
        child.send(b"%d" % (1 << 62))
        error = ended(child)
    assert str(error).startswith("memory ran out; MemoryError at ")
    assert error.out_of_resources


def test_end_of_the_block_kills_the_child() -> None:
    with ChildProcess(f"{CHILDREN}:sleep") as child:
        received(child)
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


# Limits.


def test_memory_is_limited() -> None:
    limits = ProcessLimits(memory_bytes=512 * MEBIBYTE)
    for size, fits in ((MEBIBYTE, True), (1024 * MEBIBYTE, False)):
        with ChildProcess(f"{CHILDREN}:allocate", limits) as child:
            child.send(b"%d" % size)
            if fits:
                assert received(child) == b"%d" % size
            else:
                assert ended(child).out_of_resources


def test_processor_time_is_limited() -> None:
    with ChildProcess(f"{CHILDREN}:compute", ProcessLimits(cpu_seconds=1)) as child:
        assert received(child) == b"computing"
        assert ended(child).out_of_resources


def test_output_is_limited() -> None:
    limits = ProcessLimits(output_bytes=MEBIBYTE)
    with ChildProcess(f"{CHILDREN}:echo", limits) as child:
        child.send(b"x" * 1000)
        assert len(received(child)) == 1000
        child.send(b"x" * MEBIBYTE)
        error = ended(child)
    assert "more than 1048576 bytes" in str(error)
    assert error.out_of_resources


def test_niceness_is_added_to_the_parents_niceness() -> None:
    with ChildProcess(f"{CHILDREN}:sleep", ProcessLimits(niceness=3)) as child:
        assert int(received(child)) == min(19, os.nice(0) + 3)


# Exit of the parent.


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_child_ignores_stop_signals(sent: signal.Signals) -> None:
    with ChildProcess(f"{CHILDREN}:echo") as child:
        os.kill(child.pid, sent)  # before anything is loaded
        child.send(b"1")
        assert received(child) == b"1"
        os.kill(child.pid, sent)  # while running
        child.send(b"2")
        assert received(child) == b"2"


def test_child_exits_when_its_input_ends() -> None:
    with started("compute", os.getpid()) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(HANGS_SECONDS) == EXIT_ORPHANED


def test_busy_child_exits_within_a_second_after_its_input_ends() -> None:
    with started("compute", os.getpid()) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.read(1)  # while running
        child.stdin.close()
        closed = time.monotonic()
        assert child.wait(HANGS_SECONDS) == EXIT_ORPHANED
        assert time.monotonic() - closed < 1.0


def test_child_exits_with_its_parent_even_if_its_input_stays_open() -> None:
    with started("compute", NO_PROCESS) as child:
        assert child.wait(HANGS_SECONDS) == EXIT_ORPHANED


def test_child_exits_on_invalid_input() -> None:
    with started("echo", os.getpid()) as child:
        assert child.stdin is not None
        child.stdin.write(b"GET / HTTP/1.1\r\n\r\n")
        child.stdin.flush()
        assert child.wait(HANGS_SECONDS) == EXIT_ORPHANED
