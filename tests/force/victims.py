"""Processes that work until they are killed, and report their commits."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from sqlalchemy import select

from api.background.queue import JobQueue
from api.background.worker import Worker
from api.cli.serve import serve
from api.cli.worker import worker
from api.crypto.key_ring import open_keyring
from api.crypto.row_seal import seal_info
from api.cycles import service as cycles
from api.database.engine import Database
from api.http.principal import SYSTEM
from api.input_files.cycle_inputs import parse_inputs
from api.input_files.source import NamedFile
from api.invitations.publish import publish_draft
from api.job_types import JOB_TYPES
from api.participants import upload
from api.participants.rows import Side
from api.replies.drop_folder import read_drop_folder
from api.runs.rows import PlanRow, PlanState
from api.services import Services, context_setter, utc_now
from api.settings import Settings
from tests.api.conftest import CYCLE_TOML, coachees_csv, coaches_csv
from tests.forked import PROCESSES

COACHEES, COACHES = 3, 2
OUTPUT = "output.log"

Report = Callable[[str], None]
"""Reports a committed change to the parent process."""
Work = Callable[[Settings, Report], None]


class Victim:
    """A process that runs `work` on a deployment; it is forked and therefore starts quickly."""

    def __init__(self, work: Work, settings: Settings) -> None:
        self._reports, to_us = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=_work, args=(to_us, work, settings), daemon=True)
        self._process.start()
        to_us.close()

    @property
    def at_work(self) -> bool:
        """Whether the process is running."""
        return bool(self._process.is_alive())

    def wait_for_first(self, seconds: float) -> None:
        """Wait for the first report, for at most `seconds`."""
        self._reports.poll(seconds)

    def wait_for_end(self) -> None:
        """Wait until the process exits."""
        self._process.join()

    def end(self, seconds: float) -> None:
        """Terminate the process, and wait for at most `seconds`."""
        self._process.terminate()
        self._process.join(seconds)

    def signal(self, sent: signal.Signals) -> None:
        """Send a signal to the process alone."""
        os.kill(self._process.pid, sent)

    def signal_group(self, sent: signal.Signals) -> None:
        """Send a signal to a command and all its child processes, as a service manager does."""
        os.killpg(self._process.pid, sent)

    def kill(self) -> set[str]:
        """Kill the process and return its reports."""
        self._process.kill()
        self._process.join()
        reports = set()
        try:
            while True:
                reports.add(self._reports.recv())
        except EOFError:
            self._reports.close()
        return reports


def _work(connection: Connection, work: Work, settings: Settings) -> None:
    work(settings, connection.send)


def create_cycles(settings: Settings, report: Report) -> None:
    """Create cycles with people indefinitely."""
    database = _database(settings)
    lists = parse_inputs(
        NamedFile("cycle.toml", CYCLE_TOML.encode()),
        NamedFile("coachees.csv", coachees_csv(COACHEES)),
        NamedFile("coaches.csv", coaches_csv(COACHES)),
    )
    while True:
        now = utc_now()
        with database.writing() as tx:
            cycle_id = cycles.add_cycle(tx, lists.cycle, CYCLE_TOML, now=now).id
            upload.store_list(tx, cycle_id, Side.COACHEE, lists.roster.coachees, now=now)
            upload.store_list(tx, cycle_id, Side.COACH, lists.roster.coaches, now=now)
        report(cycle_id)


def publish_drafts(settings: Settings, report: Report) -> None:
    """Publish all drafts one by one."""
    database, keyring = _database(settings), open_keyring(settings.master_key_file, create=False)
    with database.reading() as tx:
        drafts = tx.scalars(select(PlanRow.id).where(PlanRow.state == PlanState.DRAFT)).all()
    for plan_id in drafts:
        with database.writing() as tx:
            publish_draft(tx, keyring, plan_id, now=utc_now(), link_grace=settings.link_grace)
        report(plan_id)


def read_replies(settings: Settings, report: Report) -> None:
    """Read the drop folder next to the data folder of the deployment once."""
    keyring = open_keyring(settings.master_key_file, create=False)
    services = Services(settings, _database(settings), keyring, lambda _tx, _job: None, utc_now)
    read_drop_folder(services, settings.data_dir.parent / "replies")
    report("read")


def send_mails(settings: Settings, report: Report) -> None:
    """Run a worker of the deployment indefinitely."""
    queue = JobQueue(settings.database_url, JOB_TYPES)
    keyring = open_keyring(settings.master_key_file, create=False)
    services = Services(settings, Database(settings.database_url), keyring, queue, utc_now)
    Worker(services.on_behalf_of(lambda: SYSTEM), JOB_TYPES).start()
    report("started")
    threading.Event().wait()


def hold_slot(settings: Settings, report: Report, *, number: int) -> None:
    """Run the command `gender-coach worker --slot NUMBER` without repeating its imports."""
    _start_command(settings, report)
    worker(number=number, data=settings.data_dir)


def answer_requests(
    settings: Settings, report: Report, *, port: int, with_worker: bool = False
) -> None:
    """Run the command `gender-coach serve --port PORT` without repeating its imports."""
    _start_command(settings, report)
    serve(port=port, data=settings.data_dir, worker=with_worker)


def _start_command(settings: Settings, report: Report) -> None:
    """Start a process group, and redirect all output to a file in the data folder."""
    os.setpgid(0, 0)
    output = os.open(settings.data_dir / OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.environ["DATABASE_URL"] = settings.database_url
    os.environ["GENDER_COACH_WORKER_TIMEOUT_SECONDS"] = str(settings.worker_timeout_seconds)
    report("started")


def _database(settings: Settings) -> Database:
    keyring = open_keyring(settings.master_key_file, create=False)
    return Database(settings.database_url).on_behalf_of(
        context_setter(keyring, lambda: SYSTEM, utc_now), seal_info(keyring)
    )
