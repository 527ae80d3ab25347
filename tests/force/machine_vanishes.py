"""How soon other machines can continue after one of them vanishes in the middle of a write.

PostgreSQL runs in one network namespace and the holder of the locks in another. This process
forwards the packets between them until the connection is cut. Neither side is notified, as if the
power had failed. The test requires Linux, root and `/dev/net/tun`.
"""

from __future__ import annotations

import ctypes
import fcntl
import multiprocessing
import os
import select
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from api.background.worker_lease import WorkerLease, hold_worker_lease
from api.database.engine import Database
from tests.api.conftest import PostgresServer
from tests.bench.figures import Figure
from tests.force.measuring import POSTGRESQL, command, postgres_server, seconds

TIMES = 3
MUST = "lease and writer lock free within 30 s"
_WITHIN_SECONDS = 30.0
_GIVE_UP_SECONDS = 120.0
_HELD_SECONDS = 30.0
_SERVER, _HOLDER = "10.9.0.1", "10.9.0.2"
_SLOT = "worker@1"
_TUN = Path("/dev/net/tun")
_CLONE_NEWNET = 0x40000000
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_PACKET_BYTES = 65536
_PROCESSES = multiprocessing.get_context("fork")
_C = ctypes.CDLL(None, use_errno=True)


def measure(times: int, database: str) -> Figure:
    """Make the holder of a lease and of the writer lock vanish `times` times."""
    what = f"machine vanished {times} times while it held a lease and wrote, {database}"
    if os.geteuid() != 0 or not _TUN.exists():
        return Figure(what, "not measured: needs root and /dev/net/tun", MUST, met=False)
    started, own = time.monotonic(), _namespace()
    try:
        with postgres_server() as (server, folder), Wire.between(_SERVER, _HOLDER) as wire:
            server.stop()
            with _inside(wire.namespaces[0]):
                _serve_network(server, folder)
                waits = [_vanish(server, wire) for _ in range(times)]
    finally:
        _enter(own)
    leases, writes = (max(found) for found in zip(*waits, strict=True))
    return Figure(
        what,
        f"lease free after {leases:.1f} s, others write after {writes:.1f} s at most; "
        f"{seconds(started)}",
        MUST,
        max(leases, writes) <= _WITHIN_SECONDS,
    )


@dataclass
class Wire:
    """Two network namespaces, with a connection that forwards packets until it is cut."""

    namespaces: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)
    _whole: threading.Event = field(default_factory=threading.Event)
    _stopped: threading.Event = field(default_factory=threading.Event)

    @classmethod
    @contextmanager
    def between(cls, *addresses: str) -> Iterator[Wire]:
        """Create a namespace for each of two addresses, and connect them."""
        wire, own = cls(), _namespace()
        for address in addresses:
            _check(_C.unshare(_CLONE_NEWNET))
            wire._ends.append(_network_device(address))
            wire.namespaces.append(_namespace())
        _enter(own)
        wire.mend()
        passing = threading.Thread(target=wire._pass_on, daemon=True)
        passing.start()
        try:
            yield wire
        finally:
            wire._stopped.set()
            passing.join()
            for opened in (*wire._ends, *wire.namespaces):
                os.close(opened)

    def cut(self) -> None:
        """Drop all packets from now on."""
        self._whole.clear()

    def mend(self) -> None:
        """Forward packets again."""
        self._whole.set()

    def _pass_on(self) -> None:
        one, other = self._ends
        to = {one: other, other: one}
        while not self._stopped.is_set():
            for end in select.select(self._ends, [], [], 0.1)[0]:
                packet = os.read(end, _PACKET_BYTES)
                if self._whole.is_set():
                    with suppress(OSError):  # a packet that the other end does not accept
                        os.write(to[end], packet)


def _vanish(server: PostgresServer, wire: Wire) -> tuple[float, float]:
    """Return the seconds until a vanished machine's lease is free, and until others can write."""
    wire.mend()
    database = Database(server.new_database())
    url = f"postgresql://postgres@{_SERVER}:{server.port}/{database.engine.url.database}"
    held, tells = _PROCESSES.Pipe(duplex=False)
    holder = _PROCESSES.Process(target=_hold, args=(wire.namespaces[1], url, tells), daemon=True)
    holder.start()
    try:
        if not held.poll(_HELD_SECONDS):
            raise RuntimeError("the holder did not get its locks")
        wire.cut()
        cut_at = time.monotonic()
        lease = WorkerLease(database, _SLOT)
        if lease.acquire():
            raise RuntimeError("the lease was free")
        waits: list[float] = []

        def write() -> None:
            with database.writing():
                waits.append(time.monotonic() - cut_at)

        writer = threading.Thread(target=write, daemon=True)  # in the namespace of this thread
        writer.start()
        lease.acquire(wait_seconds=_GIVE_UP_SECONDS)
        free = time.monotonic() - cut_at
        writer.join(_GIVE_UP_SECONDS - free)
        lease.release()
        return free, waits[0] if waits else float("inf")
    finally:
        holder.kill()
        holder.join()
        database.close()


def _hold(namespace: int, url: str, tells: Connection) -> None:
    """Hold a lease and the writer lock, from another network namespace."""
    _enter(namespace)
    database = Database(url)
    with hold_worker_lease(database, _SLOT), database.writing():
        tells.send("held")
        threading.Event().wait()


def _serve_network(server: PostgresServer, folder: Path) -> None:
    """Start the server on the addresses of its namespace, with access for the holder."""
    with (folder / "data" / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {_HOLDER}/32 trust\n")
    with (folder / "data" / "postgresql.conf").open("a") as settings:
        settings.write("listen_addresses = '*'\n")
    server.start()


def _network_device(address: str) -> int:
    """Create a device in the current namespace; return a descriptor for reading its packets."""
    device = os.open(_TUN, os.O_RDWR | os.O_CLOEXEC)
    request = struct.pack("16sH22x", b"wire", _IFF_TUN | _IFF_NO_PI)
    fcntl.ioctl(device, _TUNSETIFF, request)
    for arguments in (
        ("addr", "add", f"{address}/24", "dev", "wire"),
        ("link", "set", "wire", "up"),
        ("link", "set", "lo", "up"),
    ):
        subprocess.run(["ip", *arguments], check=True)  # noqa: S607 - fixed arguments
    return device


@contextmanager
def _inside(namespace: int) -> Iterator[None]:
    own = _namespace()
    _enter(namespace)
    try:
        yield
    finally:
        _enter(own)


def _namespace() -> int:
    """Return a descriptor for this thread's network namespace."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _enter(namespace: int) -> None:
    _check(_C.setns(namespace, _CLONE_NEWNET))


def _check(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    command("A machine that vanishes from the network", measure, TIMES, (POSTGRESQL,))
