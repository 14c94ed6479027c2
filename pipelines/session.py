"""What `demo` and `up` do from start to Ctrl-C."""

import asyncio
import signal
import sys
import threading
from collections.abc import Mapping

import httpx
from tqdm import tqdm

from pipelines.keys import sign_in_link
from pipelines.output import say
from pipelines.probe import probe_all
from pipelines.supervisor import Supervisor
from resources import collecting, log_lines
from resources.backups import forget_replaced
from resources.backups import waits as restore_waits
from resources.cadence import FEED_JOB_NAMES, feeds_of
from resources.collecting import Request
from resources.errors import Conflict, Unavailable
from resources.graphql import Dagster
from resources.ledger import Ledger, coverage, keys, latest
from resources.local_http import local_client
from resources.plan import OHLCV_JOB, PRICES_JOB, Window, day_key
from resources.settings import Settings, secrets_of

_START_SECONDS = 180
_DEMO_KEY = "demo"
_KEYS_HOLD = """Keys of earlier starts hold; another one, shown once:
  ./dev headwater keys create NAME --scope admin --providers live"""


def run_session(settings: Settings) -> None:
    """Start everything, collect what is missing, say where it is served, stay until Ctrl-C."""
    log_lines.configure(settings.log_level, secrets_of(settings))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    supervisor = Supervisor(settings)
    say(f"Headwater starts in {supervisor.home} …")
    with supervisor.running():
        session = _Session(settings, supervisor, stop)
        session.start()
        while not stop.wait(0.5):
            supervisor.watch()
            if restore_waits(supervisor.home):
                session.restore()
        say("\nHeadwater stops …")
    say("Stopped; the data stays.")


class _Stopped(Exception):
    pass


class _Session:
    def __init__(self, settings: Settings, supervisor: Supervisor, stop: threading.Event) -> None:
        self._settings = settings
        self._supervisor = supervisor
        self._stop = stop
        self._ledger = Ledger(settings.ledger_url)
        self._dagster = Dagster(supervisor.dagster_url)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self._api = f"http://{host}:{settings.port}"
        self._http = local_client(self._api, timeout=2)
        self._greeted = False

    def start(self) -> None:
        try:
            self._ledger.migrate()
            self._supervisor.wait_for(self._api_ready, "the API", _START_SECONDS)
            forget_replaced(self._supervisor.home)
            live = self._settings.providers == "live"
            answering = self._report_providers() if live else True
            self._supervisor.wait_for(self._jobs_loaded, "Dagster", _START_SECONDS)
            self._greet()
            if answering:
                say("What is missing is fetched now; the first of it is there within a minute.")
                self._collect()
        except _Stopped:
            return

    def restore(self) -> None:
        """Everything is started again with what a restore has laid ready."""
        # Nobody may have the ledger open that is replaced.
        self._ledger.close()
        self._supervisor.restore()
        try:
            self._supervisor.wait_for(self._api_ready, "the API", _START_SECONDS)
            self._supervisor.wait_for(self._jobs_loaded, "Dagster", _START_SECONDS)
        except _Stopped:
            return
        say("Headwater is up again.")
        if not self._greeted:
            self._greet()

    def _api_ready(self) -> bool:
        self._check_stop()
        try:
            return self._http.get("/readyz").is_success
        except httpx.HTTPError:
            return False

    def _jobs_loaded(self) -> bool:
        self._check_stop()
        try:
            return OHLCV_JOB in self._dagster.jobs()
        except Unavailable:
            return False

    def _report_providers(self) -> bool:
        """Say of each provider whether it answers; False when none does."""
        failures = asyncio.run(probe_all(self._settings, self._ledger))
        answering = sum(failure is None for failure in failures.values())
        if not answering:
            name, failure = next(iter(failures.items()))
            say(f"  Not one of {len(failures)} providers answers; {name}: {failure}")
            say(
                "  Is this machine connected? What is stored is served, the schedules go on asking."
            )
            return False
        for name, failure in failures.items():
            if failure:
                say(f"  {name}: {failure}")
        say(f"  {answering} of {len(failures)} providers answer.")
        return True

    def _collect(self) -> None:
        """Collect every feed up to now, with progress bars."""
        today = {"dagster/partition": day_key(self._ledger.now())}
        request = collecting.asked(self._ledger, self._settings, "forward")
        launched = {"prices": self._dagster.launch(PRICES_JOB, today, {})}
        try:
            found = collecting.launch(self._dagster, self._ledger, request, "start")
            launched["candles"] = found.run_id
        except Conflict as conflict:
            # A schedule was sooner.
            say(f"  {conflict}")
        for job in FEED_JOB_NAMES:
            launched[", ".join(feeds_of(job))] = self._dagster.launch(job, today, {})
        self._follow(launched, request)

    def _follow(self, launched: Mapping[str, str], request: Request) -> None:
        hidden = not sys.stderr.isatty()
        bars = {
            "prices": tqdm(total=self._settings.top_n, desc="prices ", unit="coin", disable=hidden),
            "candles": tqdm(total=100, desc="candles", unit="%", disable=hidden),
            "feeds": tqdm(total=len(launched), desc="feeds  ", unit="run", disable=hidden),
        }
        going = dict(launched)
        while going:
            self._check_stop()
            self._supervisor.watch_start()
            # The stablecoins that quotes are in come on top of the active coins.
            priced = min(len(latest.read_prices(self._ledger)), self._settings.top_n)
            bars["prices"].update(priced - bars["prices"].n)
            bars["candles"].update(self._percent(request) - bars["candles"].n)
            going = {
                feed: run_id for feed, run_id in going.items() if not self._ended(feed, run_id)
            }
            bars["feeds"].update(len(launched) - len(going) - bars["feeds"].n)
            self._stop.wait(0.5)
        for bar in bars.values():
            bar.close()
        say("The first runs have ended: what was missing is fetched, as far as it could be.")

    def _ended(self, feed: str, run_id: str) -> bool:
        """Whether a run has ended; one that failed is told of."""
        try:
            run = self._dagster.run(run_id)
        except Unavailable:
            return False
        if run is None or run.going:
            return False
        if run.status != "SUCCESS":
            reasons = f"{self._supervisor.dagster_url}/runs/{run_id}"
            say(f"  the first run of {feed} ended as {run.status}; its reasons: {reasons}")
        return True

    def _percent(self, request: Request) -> int:
        """How much of what was missing at the start is covered, in candles of all intervals."""
        done = whole = 0
        for interval, symbols in request.markets.items():
            names = [str(symbol) for symbol in symbols]
            end = interval.floor(request.window.end)
            window = Window(min(request.window.start, end), end)
            have = coverage.covered_many(self._ledger, names, interval)
            covered = (one.clip(window).length for windows in have.values() for one in windows)
            done += sum(covered) // interval.ms
            whole += window.length * len(names) // interval.ms
        return min(100, round(100 * done / whole)) if whole else 100

    def _greet(self) -> None:
        secret = self._new_key()
        shown = secret or "YOUR_KEY"
        url = self._settings.sandbox_url
        sandbox = f"\n  sandbox     {url}" if url else ""
        told = f"An admin key, shown this once:\n  {secret}" if secret else _KEYS_HOLD
        say(
            f"""
Headwater is up ({self._settings.providers} data).
  API         {self._api}
  its docs    {self._api}/docs
  prices live {self._api.replace("http", "ws", 1)}/ws
  Dagster     {self._supervisor.dagster_url}{sandbox}

{told}

A browser is signed in as admin, once and within 10 minutes, by:
  {sign_in_link(self._settings, self._ledger)}

Try:
  curl -H 'X-API-Key: {shown}' '{self._api}/api/ohlcv/history/BTC?interval=1h&days=2'

Ctrl-C stops everything; the data stays in {self._supervisor.home}."""
        )
        self._greeted = True

    def _new_key(self) -> str | None:
        """The demo makes a new key at each start, `up` only the first one."""
        live = self._settings.providers == "live"
        if live and keys.any_admin(self._ledger):
            return None
        keys.revoke_named(self._ledger, _DEMO_KEY)
        return keys.create(self._ledger, "first" if live else _DEMO_KEY, ("admin",), "admin")

    def _check_stop(self) -> None:
        """A restore does not wait for the first collections either."""
        if self._stop.is_set() or restore_waits(self._supervisor.home):
            raise _Stopped
