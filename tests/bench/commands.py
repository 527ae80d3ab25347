"""Running a command in a process of its own, and measuring it.

Byte code is kept, as after the first use of a command.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandRun:
    """A finished command: whether it ended by itself, its seconds, and its peak memory."""

    ended: bool
    passed: float
    processor: float
    mebibytes: float


def run_command(*words: str, killed_after: float | None = None) -> CommandRun:
    """Run `gender-coach`, and kill it after `killed_after` seconds.

    Raises:
        subprocess.CalledProcessError: the command failed.
    """
    environment = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "api", *words]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    killer = threading.Timer(killed_after or threading.TIMEOUT_MAX, process.kill)
    killer.start()
    _, status, usage = os.wait4(process.pid, 0)
    killer.cancel()
    passed = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    killed = killed_after is not None and process.returncode == -signal.SIGKILL
    if process.returncode and not killed:
        raise subprocess.CalledProcessError(process.returncode, command)
    processor = usage.ru_utime + usage.ru_stime
    return CommandRun(not killed, passed, processor, usage.ru_maxrss / 1024)
