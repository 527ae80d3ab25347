"""`gender-coach serve` and `gender-coach migrate`: start the server, migrate the database."""

from __future__ import annotations

import gc
import logging
import resource
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn

from api.accounts import browser_sessions, users
from api.app import create_app
from api.background.queue import migrate_job_tables
from api.background.worker_lease import WAIT_FOR_LEASE_SECONDS, hold_worker_lease
from api.cli import admin_facts as facts
from api.cli.output import echo, render
from api.cli.output import gettext as _
from api.cli.sample_cycle import DemoLinks, contains_only_sample, load_sample_cycle
from api.cli.services import load_settings
from api.database import schema
from api.database.engine import Database, readable_database_errors
from api.database.working_folder import remove_remnants
from api.http import urls
from api.http.bounded_connections import MAX_CONNECTIONS, ConnectionLimits, bounded_protocol
from api.logging.setup import configure_logging
from api.services import Services
from api.settings import Settings
from coach.errors import DomainError

_SHUTDOWN_SECONDS = 3
_OTHER_FILES = 200  # for the database, the log, child processes and outgoing requests
_MANAGER = "manager"


class CannotListenError(DomainError):
    """The server cannot listen on the address, for example because it is already in use."""


def serve(
    *,
    host: Annotated[str | None, typer.Option(help=_("Address to listen on."))] = None,
    port: Annotated[int | None, typer.Option(help=_("Port to listen on."))] = None,
    data: Annotated[
        Path | None, typer.Option(help=_("Folder that contains the database and the keys."))
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help=_("Load the sample cycle."))] = False,
    worker: Annotated[bool, typer.Option(help=_("Also run jobs in this process."))] = True,
) -> None:
    """Start the server, and print links to its pages."""
    settings = load_settings(host=host, port=port, data_dir=data, worker=worker)
    configure_logging(settings)
    prepare_database(settings)
    app = create_app(settings)
    services: Services = app.state.services
    with ExitStack() as stack:
        if settings.worker:
            app.state.worker_lease = stack.enter_context(
                hold_worker_lease(
                    services.database, settings.executor_id, wait_seconds=WAIT_FOR_LEASE_SECONDS
                )
            )
        listening = _listen(settings.host, settings.port)
        demo_links = load_sample_cycle(services) if demo else None
        if demo and _is_loopback(settings.host) and contains_only_sample(services):
            app.state.exempt_from_second_factor = contains_only_sample
            echo(facts.NO_SECOND_FACTOR_IN_DEMO())
        _print_addresses(services, demo_links)
        gc.collect()
        gc.freeze()  # excludes the long-lived objects created at start-up
        with suppress(KeyboardInterrupt):
            uvicorn.Server(uvicorn_config(app, settings)).run(sockets=[listening])


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def migrate(
    *,
    data: Annotated[
        Path | None, typer.Option(help=_("Folder that contains the database and the keys."))
    ] = None,
) -> None:
    """Migrate the database to this version of the application."""
    settings = load_settings(data_dir=data)
    database = Database(settings.database_url)
    with readable_database_errors(settings.database_url):
        before = schema.current_revision(database) or facts.SCHEMA_EMPTY()
        after = schema.migrate(database)
        migrate_job_tables(settings.database_url)
    database.close()
    echo(facts.SCHEMA_MIGRATED(before=before, after=after))


def prepare_database(settings: Settings) -> None:
    """Create the tables in an empty database, and remove files left behind by killed backups.

    If the database is not empty, only the tables of the job engine are migrated.
    """
    database = Database(settings.database_url)
    with readable_database_errors(settings.database_url):
        if schema.current_revision(database) is None:
            schema.migrate(database)
        migrate_job_tables(settings.database_url)
    if database.is_sqlite:
        remove_remnants(Path(database.engine.url.database or "").parent)
    remove_remnants(settings.data_dir)
    database.close()


def uvicorn_config(app: Any, settings: Settings) -> uvicorn.Config:  # noqa: ANN401 - any ASGI application
    """Return the configuration of the HTTP server for `app`."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    connections = min(MAX_CONNECTIONS, max(files - _OTHER_FILES, files // 2))
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=bounded_protocol(ConnectionLimits(connections=connections)),
        forwarded_allow_ips=[*_with_mapped_addresses(settings.trusted_proxies)],
        access_log=False,  # the paths of personal pages contain secrets
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        log_level=logging.WARNING,
    )


def _with_mapped_addresses(networks: Iterable[IPv4Network | IPv6Network]) -> Iterator[str]:
    """Yield networks and, for IPv4, also the IPv4-mapped form that dual-stack sockets use."""
    for network in networks:
        yield str(network)
        if isinstance(network, IPv4Network):
            yield f"::ffff:{network.network_address}/{96 + network.prefixlen}"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise CannotListenError(
            facts.CANNOT_LISTEN(host=host, port=port, reason=str(error.strerror))
        ) from error
    return listening


def _print_addresses(services: Services, demo_links: DemoLinks | None) -> None:
    settings, now = services.settings, services.now()
    base = settings.base_url
    with services.database.reading() as tx:
        set_up = users.any_user_can_sign_in(tx)
    if set_up and demo_links is None:
        lines = [render(facts.SIGN_IN_AT(address=f"{base}{urls.SIGN_IN}"), indent=2)]
    else:
        with services.database.writing() as tx:
            user_id = users.ensure_manager(tx, _MANAGER, now=now)
            once = browser_sessions.issue_sign_in_secret(
                tx, user_id, now=now, lifetime=timedelta(minutes=settings.sign_in_minutes)
            )
        lines = [
            render(facts.MANAGER_LINK(count=settings.sign_in_minutes), indent=2),
            f"    {base}{urls.sign_in(once.secret)}",
        ]
    if demo_links is not None:
        lines += [
            render(facts.COACHEE_LINK(name=demo_links.coachee_name), indent=2),
            f"    {base}{urls.person(demo_links.coachee_secret)}",
            render(facts.COACH_LINK(name=demo_links.coach_name), indent=2),
            f"    {base}{urls.person(demo_links.coach_secret)}",
        ]
    stop = render(facts.STOP_SERVER(folder=str(settings.data_dir.resolve())))
    typer.echo("\n".join([render(facts.SERVING(address=base)), *lines, stop]))
