"""Answer times of every page and section at 12 models x 13 metrics x 2,000 samples, and of the first page.

    python -m tests.benchmarks.pages [--reruns N] [--profile SECTION]

Aim: a rerun without new work answers within 300 ms; the first page within 3 s of a cold server. A websocket
client takes the place of the browser, so that what is timed is the server with the whole answer on its way;
the processor's seconds of the server stand beside it, for a machine that is busy otherwise. A rerun is timed
once the server rests. ``--profile`` runs one section in this process instead, under cProfile.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import statistics
import sys
import tempfile
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from dashboard.views.results.sections import SECTIONS
from ptmrank_core.config import Settings
from tests.benchmarks.large_run import MANY_MODELS, USUAL, store_large_run
from tests.benchmarks.process import processor_seconds
from tests.benchmarks.visitor import Visitor
from tests.dashboard.serving import APP, free_port, serve

PAGES = ("", "samples", "candidates", "run", "runs", "learn", "about")
REST_SECONDS, MOST_RESTS = 1.0, 60


def main() -> None:
    """Print a line for each page and section."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--reruns", type=int, default=10)
    parser.add_argument("--profile", choices=SECTIONS)
    parser.add_argument("--many", action="store_true", help="1,000 models x 13 metrics instead")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        run = store_large_run(
            Settings(home=home), Path(folder) / "features", size=MANY_MODELS if asked.many else USUAL
        )
        if asked.profile:
            _profile(home, run, asked.profile)
        else:
            _time_pages(home, run, asked.reruns)


def _time_pages(home: Path, run: str, n_reruns: int) -> None:
    port = free_port()
    start = time.perf_counter()
    server = serve(home, port)
    try:
        with Visitor(f"localhost:{port}", "") as first:
            first.load()
            _say(f"first page of a cold server: {time.perf_counter() - start:.2f} s", server.pid)
        _say(f"{'page':<24}{'first':>9}{'median':>9}{'most':>9}{'processor':>11}{'sent':>9}", None)
        for page in PAGES:
            _time(f"localhost:{port}", page, f"run={run}" if page == "run" else "", n_reruns, server.pid)
        for section in SECTIONS:
            _time(f"localhost:{port}", "results", f"run={run}&section={section}", n_reruns, server.pid)
    finally:
        server.terminate()
        server.wait(20)


def _time(address: str, page: str, query: str, n_reruns: int, pid: int) -> None:
    with Visitor(address, page, query) as visitor:
        first = visitor.load()
        n_bytes = visitor.n_bytes
        _rest(pid)
        worked = processor_seconds(pid)
        times = [visitor.load() for _ in range(n_reruns)]
        each = (processor_seconds(pid) - worked) / n_reruns
    name = f"{page or 'start'} {query.partition('section=')[2]}"
    numbers = f"{1e3 * first:>6.0f} ms{1e3 * statistics.median(times):>6.0f} ms{1e3 * max(times):>6.0f} ms"
    _say(f"{name:<24}{numbers}{1e3 * each:>8.0f} ms{n_bytes / 1e6:>6.2f} MB", None)
    for problem in visitor.problems:
        _say(f"  the page says: {problem}", None)


def _rest(pid: int) -> None:
    """Wait until the server has done what the first load has begun, such as the trainings of Learn."""
    for _ in range(MOST_RESTS):
        worked = processor_seconds(pid)
        time.sleep(REST_SECONDS)
        if processor_seconds(pid) - worked < 0.05 * REST_SECONDS:
            return


def _profile(home: Path, run: str, section: str) -> None:
    """Print where a rerun's time goes."""
    os.environ["PTMRANK_HOME"] = str(home)
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.run()
    app.button(key=f"open-{run}").click().run()
    app.segmented_control(key="section").set_value(section).run()
    profile = cProfile.Profile()
    profile.enable()
    app._run()
    profile.disable()
    pstats.Stats(profile, stream=sys.stdout).sort_stats("cumulative").print_stats(60)


def _say(line: str, pid: int | None) -> None:
    load = ""
    if pid is not None:
        load = f" ({processor_seconds(pid):.2f} s of the processor; load {os.getloadavg()[0]:.1f})"
    sys.stdout.write(f"{line}{load}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
