"""Functions that child processes run in these tests."""

from __future__ import annotations

import os
import time

from api.child_processes.channel import Channel


def echo(channel: Channel) -> None:
    """Send back every message, and print to standard output."""
    while True:
        message = channel.receive()
        print("a library says something")  # noqa: T201 - must not reach the parent
        os.write(1, b"and something else")
        channel.send(message)


def name_the_person(_channel: Channel) -> None:
    """Raise an exception whose message contains personal data."""
    raise ValueError("Alice Example")


def allocate(channel: Channel) -> None:
    """Allocate as many bytes as the message states, and send the number back."""
    channel.send(str(len(bytearray(int(channel.receive())))).encode())


def compute(channel: Channel) -> None:
    """Send a message, and use processor time until killed."""
    channel.send(b"computing")
    while True:
        pass


def sleep(channel: Channel) -> None:
    """Send the niceness of this process, and wait."""
    channel.send(str(os.nice(0)).encode())
    time.sleep(3600)


def exit_with_7(_channel: Channel) -> None:
    """Exit without a message."""
    os._exit(7)


def send_three(channel: Channel) -> None:
    """Send three messages, and return."""
    for message in (b"1", b"2", b"3"):
        channel.send(message)
