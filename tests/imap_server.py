"""IMAP servers on loopback: pymap, in a thread, and Dovecot where it is installed."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer, IMAPService

from api.mail.settings import ReplySettings, Security
from tests.ports import free_port

USER, PASSWORD = "replies", "correct horse"


@dataclass(frozen=True, slots=True)
class ImapMailbox:
    """A mailbox on a running server, and the application's settings for reading it."""

    settings: ReplySettings

    @contextmanager
    def opened(self, folder: str = "INBOX") -> Iterator[BaseMailBox]:
        """Open a folder as another mail program would."""
        settings = self.settings
        address = settings.host, settings.port
        if settings.security is Security.TLS:
            context = ssl.create_default_context(cafile=settings.ca_file)
            box: BaseMailBox = MailBox(*address, timeout=30, ssl_context=context)
        else:
            box = MailBoxUnencrypted(*address, timeout=30)
        with box.login(settings.user, settings.secret(), initial_folder=folder) as opened:
            yield opened

    def deliver(self, *raws: bytes) -> None:
        """Add emails, as a mail server would."""
        with self.opened() as box:
            for raw in raws:
                box.append(raw, "INBOX")

    def create(self, folder: str) -> None:
        with self.opened() as box:
            box.folder.create(folder)

    def count(self, folder: str = "INBOX") -> int:
        with self.opened(folder) as box:
            return len(box.uids())


@contextmanager
def pymap_server(folder: Path, **changes: object) -> Iterator[ImapMailbox]:
    """Run pymap with implicit TLS; `changes` override the application's settings for it."""
    authority = trustme.CA()
    ca_file = folder / "imap-ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    ready, loop = threading.Event(), asyncio.new_event_loop()
    ports: list[int] = []
    stop = asyncio.Event()

    async def serve() -> None:
        parser = ArgumentParser()
        parser.set_defaults(debug=False, passlib_cfg=None, inherited_sockets=None)
        IMAPService.add_arguments(parser)
        backends = parser.add_subparsers(dest="backend")
        DictBackend.add_subparser("dict", backends)
        user = ["--demo-user", USER, "--demo-password", PASSWORD]
        args = parser.parse_args(["--no-tls", "dict", *user])
        backend, config = await DictBackend.init(args, invalid_user_sleep=0.0)
        config.apply_context()
        reader = ProxyProtocolReader(config.proxy_protocol)
        handler = reader.get_callback(IMAPServer(backend.login, config))
        async with AsyncExitStack() as stack:
            await backend.start(stack)
            server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context)
            await stack.enter_async_context(server)
            ports.append(server.sockets[0].getsockname()[1])
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(30)
    settings = {
        "host": "127.0.0.1",
        "port": ports[0],
        "security": Security.TLS,
        "user": USER,
        "password": PASSWORD,
        "ca_file": ca_file,
        **changes,
    }
    try:
        yield ImapMailbox(ReplySettings.model_validate(settings))
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


DOVECOT_IS_MISSING = shutil.which("dovecot") is None or os.geteuid() != 0
_DOVECOT = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
auth_allow_cleartext = yes
first_valid_uid = 1
mail_driver = maildir
mail_path = {folder}/mail/%{{user}}
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = nobody
    gid = nogroup
    home = {folder}/mail/%{{user}}
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@contextmanager
def dovecot_server(folder: Path) -> Iterator[ImapMailbox]:
    """Run Dovecot 2.4, which must be started as root; the path of `folder` must be short."""
    port = free_port()
    folder.chmod(0o755)
    for name in ("run", "state", "mail"):
        (folder / name).mkdir()
    shutil.chown(folder / "mail", "nobody")
    file = folder / "dovecot.conf"
    file.write_text(_DOVECOT.format(folder=folder, password=PASSWORD, port=port))
    server = subprocess.Popen(["dovecot", "-F", "-c", str(file)], stderr=subprocess.DEVNULL)  # noqa: S607 - the one in the path
    try:
        ends = time.monotonic() + 30
        while not _is_open(port):
            assert time.monotonic() < ends, "Dovecot does not start"
            time.sleep(0.05)
        yield ImapMailbox(
            ReplySettings(
                host="127.0.0.1", port=port, security=Security.NONE, user=USER, password=PASSWORD
            )
        )
    finally:
        server.terminate()
        server.wait(30)
