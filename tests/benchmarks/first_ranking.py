"""From the click to the first ranking, in a dashboard at an empty home.

    python -m tests.benchmarks.first_ranking [--looks SECONDS] [--rounds N]

Somebody looks at the start page for a while, then presses the digits demo. It tells how long it takes until
every model has its scores, and what all processes of the home took from the processors meanwhile. Aim on two
quiet cores: 8 s. With ``--looks 0`` nothing has time to get ready.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from ptmrank_core.benchmark import RunStore, read_progress
from ptmrank_core.config import Settings
from tests.benchmarks.process import processor_seconds
from tests.benchmarks.visitor import Visitor
from tests.dashboard.serving import free_port, serve
from tests.waiting import PATIENCE_SECONDS, wait_until

DEMO = "demo-digits"


def main() -> None:
    """Print the seconds of each round, and their median."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--looks", type=float, default=15.0)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    walls = []
    for _ in range(asked.rounds):
        with tempfile.TemporaryDirectory() as home:
            wall, before, after = click_and_wait(Settings(home=Path(home)), asked.looks)
        walls.append(wall)
        say(f"{wall:.1f} s to the first ranking; processors: {before:.1f} s before, {after:.1f} s meanwhile")
    say(f"median {statistics.median(walls):.1f} s")


def click_and_wait(settings: Settings, looks_seconds: float) -> tuple[float, float, float]:
    """Press the demo after a look at the page; return wall seconds, and processors' before and after."""
    port = free_port()
    server = serve(settings.home, port)
    try:
        with Visitor(f"localhost:{port}", "") as visitor:
            visitor.load()
            time.sleep(looks_seconds)
            before, start = processors(settings), time.perf_counter()
            visitor.press(DEMO)
            store = RunStore(settings)
            [outline] = store.outlines()
            wait_until(lambda: read_progress(store, settings, outline.run_id).is_ranked)
            return time.perf_counter() - start, before, processors(settings) - before
    finally:
        stop(settings)
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def processes(settings: Settings) -> list[int]:
    """The processes of a home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"PTMRANK_HOME={settings.home}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def processors(settings: Settings) -> float:
    """What the processes of a home that are alive have taken so far."""
    seconds = 0.0
    for pid in processes(settings):
        with suppress(OSError):
            seconds += processor_seconds(pid)
    return seconds


def stop(settings: Settings) -> None:
    """Cancel what goes on after the first ranking."""
    store = RunStore(settings)
    for outline in store.outlines():
        store.request_cancel(outline.run_id)
        wait_until(lambda run=outline.run_id: store.state(run).is_finished())  # type: ignore[misc]


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
