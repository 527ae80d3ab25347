"""Child processes: messages, limits, and how each of the two sides notices the other's end."""

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
NOBODY = 0  # the parent of no process
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
    """A child of this process that believes to be a child of `parent`."""
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
def test_frames_come_out_whole_whatever_pieces_the_pipe_delivers(
    payloads: list[bytes], piece: int
) -> None:
    header = [bytes([FrameKind.MESSAGE]) + len(one).to_bytes(8) for one in payloads]
    data = b"".join(first + rest for first, rest in zip(header, payloads, strict=True))
    decoder = FrameDecoder()
    frames = [
        frame
        for start in range(0, len(data), piece)
        for frame in decoder.feed(data[start : start + piece])
    ]
    assert frames == [(FrameKind.MESSAGE, one) for one in payloads]


def test_bytes_that_are_no_frame_are_refused() -> None:
    with pytest.raises(FramingError, match="72 is not a kind of frame"):
        list(FrameDecoder().feed(b"HTTP/1.1 200 OK\r\n"))


def test_messages_of_any_size_go_both_ways_whatever_libraries_print() -> None:
    messages = [b"", b"x" * 5 * MEBIBYTE, b"\n\0\xff"]
    with ChildProcess(f"{CHILDREN}:echo") as child:
        for message in messages:
            child.send(message)
        assert [received(child) for _ in messages] == messages
        assert child.receive(0) is None
        assert list(child.received()) == []


def test_messages_before_the_end_are_not_lost() -> None:
    with ChildProcess(f"{CHILDREN}:send_three") as child:
        assert [received(child) for _ in range(3)] == [b"1", b"2", b"3"]
        assert str(ended(child)) == str(ended(child)) == "exit code 0"


# The end of a child.


def test_an_exception_is_reported_by_its_place_without_its_message() -> None:
    with ChildProcess(f"{CHILDREN}:name_the_person") as child:
        error = ended(child)
    assert str(error).startswith("ValueError at ")
    assert "children.py:" in str(error)
    assert "Alice" not in str(error)
    assert not error.out_of_resources


def test_an_exit_is_reported_by_its_code() -> None:
    with ChildProcess(f"{CHILDREN}:exit_with_7") as child:
        assert str(ended(child)) == "exit code 7"


def test_a_function_that_there_is_not_is_reported() -> None:
    with ChildProcess(f"{CHILDREN}:nothing") as child:
        assert "AttributeError" in str(ended(child))


def test_a_child_that_is_killed_is_reported_by_its_signal() -> None:
    with ChildProcess(f"{CHILDREN}:sleep") as child:
        received(child)
        os.kill(child.pid, signal.SIGKILL)
        error = ended(child)
    assert "signal 9" in str(error)
    assert "memory" in str(error)
    assert error.out_of_resources


def test_a_child_that_runs_out_of_memory_says_so() -> None:
    with ChildProcess(f"{CHILDREN}:allocate") as child:
        child.send(b"%d" % (1 << 62))
        error = ended(child)
    assert str(error).startswith("memory ran out; MemoryError at ")
    assert error.out_of_resources


def test_the_end_of_the_block_ends_the_child() -> None:
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


def test_niceness_is_added_to_that_of_the_parent() -> None:
    with ChildProcess(f"{CHILDREN}:sleep", ProcessLimits(niceness=3)) as child:
        assert int(received(child)) == min(19, os.nice(0) + 3)


# The parent.


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_to_a_child_is_left_to_its_parent(sent: signal.Signals) -> None:
    with ChildProcess(f"{CHILDREN}:echo") as child:
        os.kill(child.pid, sent)  # before anything is loaded
        child.send(b"1")
        assert received(child) == b"1"
        os.kill(child.pid, sent)  # at work
        child.send(b"2")
        assert received(child) == b"2"


def test_a_child_ends_when_its_input_ends() -> None:
    with started("compute", os.getpid()) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(HANGS_SECONDS) == EXIT_ORPHANED


def test_a_child_at_work_ends_within_a_second_of_its_input() -> None:
    with started("compute", os.getpid()) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.read(1)  # at work
        child.stdin.close()
        closed = time.monotonic()
        assert child.wait(HANGS_SECONDS) == EXIT_ORPHANED
        assert time.monotonic() - closed < 1.0


def test_a_child_ends_with_its_parent_though_its_input_stays_open() -> None:
    with started("compute", NOBODY) as child:
        assert child.wait(HANGS_SECONDS) == EXIT_ORPHANED


def test_a_child_that_is_sent_no_frames_ends() -> None:
    with started("echo", os.getpid()) as child:
        assert child.stdin is not None
        child.stdin.write(b"GET / HTTP/1.1\r\n\r\n")
        child.stdin.flush()
        assert child.wait(HANGS_SECONDS) == EXIT_ORPHANED
