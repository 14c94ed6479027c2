"""`headwater collect`: a collection where Headwater runs, or in a process of its own."""

import json
import signal
import subprocess
import sys
import tempfile
import uuid
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pipelines import dagster_storage
from pipelines.follow import follow, summary, tell_current
from pipelines.home import own_home, port_of_running, reading_ledger, require_mode
from pipelines.output import say
from pipelines.processes import RUN_ENVIRONMENT, end_all
from resources import collecting
from resources.collecting import Request
from resources.errors import InvalidInput, NothingLeft, Unavailable
from resources.graphql import Dagster
from resources.ledger import Ledger, audit, collections
from resources.maintenance.log_files import rotate
from resources.processes import MARK
from resources.room import require_room
from resources.settings import Settings, child_environment

_ORIGIN = "command line"
_PATIENCE = 10.0
_LOG = Path("logs") / "collect.log"


def collect(parsed: Namespace, settings: Settings) -> None:
    """Collect as the arguments say; the process ends with exit code 1 where a market failed."""
    if parsed.what == "status":
        with reading_ledger(settings) as stored:
            tell_current(stored)
        return
    if parsed.mode is None:
        raise InvalidInput("say what to collect: --mode backward, forward or gap_fill")
    symbols = None
    if parsed.symbols is not None:
        symbols = [one for one in parsed.symbols.split(",") if one.strip()]
    if parsed.dry_run:
        _tell_cost(parsed, settings, parsed.mode, symbols)
        return
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    request = _asked(parsed, settings, ledger, parsed.mode, symbols)
    if request is None:
        return
    audit.note(ledger, f"collect --mode {parsed.mode}")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    port = port_of_running(settings)
    where = _where_it_runs(settings, ledger, request, port) if port else None
    collection_id = where or _in_a_process(settings, ledger, request)
    if not summary(ledger, collection_id):
        sys.exit(1)


def plan(parsed: Namespace, settings: Settings) -> None:
    """Tell what it would cost to collect backward."""
    _tell_cost(parsed, settings, "backward", parsed.symbols or None)


def _asked(
    parsed: Namespace,
    settings: Settings,
    ledger: Ledger,
    mode: str,
    symbols: Sequence[str] | None,
) -> Request | None:
    """What is to be collected; None where nothing is, which is said."""
    start, end, interval = parsed.start or "", parsed.end or "", parsed.interval or ""
    try:
        return collecting.asked(
            ledger, settings, mode, start=start, end=end, symbols=symbols, interval=interval
        )
    except NothingLeft as left:
        say(str(left))
        return None


def _tell_cost(
    parsed: Namespace, settings: Settings, mode: str, symbols: Sequence[str] | None
) -> None:
    """What it would cost each provider, and the disk; nothing is stored for that."""
    from pipelines.costs import estimate  # noqa: PLC0415 (the parsers of all providers)

    with reading_ledger(settings) as ledger:
        request = _asked(parsed, settings, ledger, mode, symbols)
        if request is None:
            return
        if not settings.home_dir.exists():
            say(f"nothing is stored yet: there is no {settings.home_dir}")
        planned = estimate(settings, ledger, request)
    for provider, cost in planned.costs.items():
        say(f"{provider}: {cost}")
    if not planned.candles:
        say("nothing is missing")
        return
    say(f"at most {planned.candles:,} candles, about {planned.bytes / 1e6:,.1f} MB on the disk")
    require_room(settings.lake_url, planned.bytes)


def _where_it_runs(settings: Settings, ledger: Ledger, request: Request, port: int) -> str:
    require_mode(settings)
    dagster = Dagster(f"http://127.0.0.1:{port}", timeout=30.0)
    launched = collecting.launch(dagster, ledger, request, _ORIGIN)
    run_id, collection_id = launched.run_id, launched.collection_id
    say(f"run {run_id} in Headwater, which runs already; Ctrl-C cancels it")

    def going() -> bool:
        try:
            run = dagster.run(run_id)
        except Unavailable:
            # It may be starting its services again; the ledger knows when it is gone.
            found = collections.find(ledger, collection_id)
            return found is not None and found.going
        return run is not None and run.going

    def cancel() -> None:
        found = collections.find(ledger, collection_id)
        if found is not None:
            collecting.cancel(dagster, ledger, found)

    canceled = follow(ledger, collection_id, going, cancel)
    _close(ledger, collection_id, canceled)
    return collection_id


def _in_a_process(settings: Settings, ledger: Ledger, request: Request) -> str:
    run_id = str(uuid.uuid4())
    with own_home(settings):
        end_all(settings.home_dir, grace=2.0)
        dagster_storage.prepare(settings)
        with (
            _providers(settings) as environment,
            collecting.claimed(ledger, request, _ORIGIN) as (collection_id, tags),
        ):
            canceled = False
            try:
                collections.launched(ledger, collection_id, run_id)
                say(
                    f"run {run_id} in a process of its own, Headwater does not run; Ctrl-C cancels it"
                )
                given = {"run_id": run_id, "tags": dict(tags), "config": request.run_config}
                with _running(settings, given, environment) as process:
                    cancel = partial(_interrupt, settings, run_id, process)
                    canceled = follow(ledger, collection_id, lambda: process.poll() is None, cancel)
            except KeyboardInterrupt:
                canceled = True
                raise
            finally:
                _close(ledger, collection_id, canceled, f"; see {settings.home_dir / _LOG}")
    return collection_id


def _interrupt(settings: Settings, run_id: str, process: subprocess.Popen[bytes]) -> None:
    dagster_storage.report_canceling(settings, run_id)
    process.send_signal(signal.SIGINT)


@contextmanager
def _providers(settings: Settings) -> Iterator[Mapping[str, str]]:
    """What a run must know to reach the providers: a sandbox plays them for as long as it goes."""
    if settings.sandbox_url is None:
        yield {}
        return
    from pipelines.supervisor import sandbox_config  # noqa: PLC0415 (as above)
    from sandbox.server import running  # noqa: PLC0415 (of no use for real providers)

    mark = {MARK: str(settings.home_dir)}
    with running(sandbox_config(), settings.sandbox_replay, mark) as url:
        yield {"HEADWATER_SANDBOX_PORT": url.rpartition(":")[2]}


@contextmanager
def _running(
    settings: Settings, given: Mapping[str, object], environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does the run, in a session of its own: Ctrl-C reaches us alone."""
    more = {**RUN_ENVIRONMENT, MARK: str(settings.home_dir), **environment}
    log = settings.home_dir / _LOG
    rotate(log.parent, settings.log_mb * 1_000_000, settings.logs_kept)
    with tempfile.TemporaryDirectory() as folder, log.open("ab") as output:
        file = Path(folder) / "run.json"
        file.write_text(json.dumps(given))
        process = subprocess.Popen(  # noqa: S603 (our own command)
            [sys.executable, "-m", "pipelines.run_here", str(file)],
            env=child_environment(settings, more),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(_PATIENCE)


def _close(ledger: Ledger, collection_id: str, canceled: bool, hint: str = "") -> None:
    """A run that ended before it began to collect cannot have said so."""
    found = collections.find(ledger, collection_id)
    if found is None or found.ended_at is not None:
        return
    if canceled:
        collections.end(ledger, collection_id, "canceled")
    else:
        collections.end(ledger, collection_id, "failure", f"its run ended without a word{hint}")
