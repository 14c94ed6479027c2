"""Candles from a loopback server into feather files: freqtrade's download-data.

python -m benchmarks.parts.freqtrade_candles store|again URL SYMBOLS HOURS FOLDER

Its Binance class talks to the server; `again` is the same command over what is there.
"""

import importlib
import json
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from freqtrade.main import main
from freqtrade.system import gc_set_threshold
from pyarrow import feather

from benchmarks.klines_server import END, start_of, symbols

# Imported by the command itself while it runs: not its work.
_LATE = ("freqtrade.commands.data_commands", "freqtrade.data.history", "freqtrade.resolvers")


def start() -> None:
    """What the command does first, in its order: imports cost less with fewer collections."""
    gc_set_threshold()
    for name in _LATE:
        importlib.import_module(name)


def config(url: str, count: int) -> dict[str, object]:
    spot = {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}}
    return {
        "stake_currency": "USDT",
        "dry_run": True,
        "exchange": {
            "name": "binance",
            "pair_whitelist": [f"{name}/USDT" for name in symbols(count)],
            "ccxt_config": {
                "enableRateLimit": False,
                "options": spot,
                "urls": {"api": {"public": f"{url}/api.binance.com/api/v3"}},
            },
        },
    }


def run(url: str, count: int, hours: int, folder: Path) -> None:
    """Raises SystemExit with what it logged where it does not succeed."""
    file, log = folder / "config.json", folder / "log.txt"
    file.write_text(json.dumps(config(url, count)))
    command = ["download-data", "--config", str(file), "--userdir", str(folder)]
    command += ["--datadir", str(folder / "data"), "--timeframes", "1h"]
    command += ["--timerange", f"{start_of(hours) // 1000}-{END // 1000}"]
    status: object = None
    with log.open("w") as out, redirect_stdout(out), redirect_stderr(out):
        try:
            main(command)
        except SystemExit as ended:
            status = ended.code
    if status:
        raise SystemExit(log.read_text()[-5000:])


def stored(folder: Path) -> dict[str, float]:
    files = list((folder / "data").glob("*.feather"))
    rows = sum(feather.read_table(file, columns=["date"]).num_rows for file in files)
    return {"rows": rows, "disk_mb": sum(file.stat().st_size for file in files) / 1e6}


if __name__ == "__main__":
    _, url, count, hours, home = sys.argv[1:]
    folder = Path(home)
    (folder / "data").mkdir(exist_ok=True)
    start()
    began, started = time.monotonic(), time.process_time()
    run(url, int(count), int(hours), folder)
    cost = {"work": time.process_time() - started, "wall": time.monotonic() - began}
    print(json.dumps({**stored(folder), **cost}))
