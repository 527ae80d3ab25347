"""Messages that state why a child process has ended."""

from __future__ import annotations

from coach.texts.facts import PLAIN_NUMBER, TEXT, message

EXIT_CODE = message("child_processes.exit_code", "exit code {code}", code=PLAIN_NUMBER)
SIGNAL = message(
    "child_processes.signal",
    "stopped by signal {signal}; on Linux, signals 9 and 6 often mean that memory ran out",
    signal=PLAIN_NUMBER,
)
TOO_MUCH_OUTPUT = message(
    "child_processes.too_much_output",
    "the process sent more than {limit} bytes",
    limit=PLAIN_NUMBER,
)
INVALID_OUTPUT = message(
    "child_processes.invalid_output",
    "the output of the process cannot be decoded: {reason}",
    reason=TEXT,
)
# i18n: `location` is a place in the code: MemoryError at matching/engine.py:120.
OUT_OF_MEMORY = message(
    "child_processes.out_of_memory", "memory ran out; {location}", location=TEXT
)
