"""Answer times while many look on: N viewers poll one running job, N more read results.

    python -m tests.benchmarks.viewers [--viewers N] [--seconds S]

Aim: with 20 viewers of a running job the page still answers within 1 s. Viewers are websocket clients that do
what a tab does: the parts of the page that the server wants to be run by a timer are run at that interval. A
stand-in for the worker holds the run and writes a batch and now and then a score, so that the machine's time
is the server's. A newcomer opens pages all the while: that is how long somebody else waits.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from dashboard.views.results.sections import SECTIONS
from ptmrank_core.benchmark import RunStore
from ptmrank_core.benchmark.scheduling.locks import hold_run
from ptmrank_core.config import Settings
from ptmrank_core.data import load_feature_samples
from ptmrank_core.events import BatchDone, ModelStarted, RunStarted
from ptmrank_core.records import RunPlan, Score
from tests.benchmarks.large_run import N_MODELS, N_SAMPLES, plan_large_run, store_large_run
from tests.benchmarks.process import memory_bytes, processor_seconds
from tests.benchmarks.visitor import Visitor
from tests.dashboard.serving import free_port, serve

BATCH_SECONDS = 0.2  # a worker's events come no faster
READING_SECONDS = 5.0  # somebody reads a section, then goes to the next


def main() -> None:
    """Print how long answers took, and what the server took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        finished = store_large_run(settings, Path(folder) / "finished")
        running = plan_large_run(Path(folder) / "running")
        samples = load_feature_samples(Path(folder) / "running", running.models).summary()
        RunStore(settings).create(running, samples)
        port = free_port()
        server = serve(settings.home, port)
        try:
            with _working(settings, running):
                _measure(f"localhost:{port}", server.pid, running.run_id, finished, asked)
        finally:
            server.terminate()
            server.wait(20)


def _measure(address: str, pid: int, running: str, finished: str, asked: argparse.Namespace) -> None:
    with Visitor(address, "results", f"run={finished}") as first:  # nobody measures a cold server here
        first.load()
    before = memory_bytes(pid)
    for n_polling, n_reading in ((1, 0), (asked.viewers, 0), (asked.viewers, asked.viewers)):
        until, worked, start = time.monotonic() + asked.seconds, processor_seconds(pid), time.monotonic()
        with ThreadPoolExecutor(n_polling + n_reading + 1) as pool:
            polling = [pool.submit(_watch, address, running, until) for _ in range(n_polling)]
            reading = [pool.submit(_read, address, finished, until, i) for i in range(n_reading)]
            newcomer = pool.submit(_arrive, address, running, until)
        used = (processor_seconds(pid) - worked) / (time.monotonic() - start)
        _say(
            f"{n_polling} polling a running job, {n_reading} reading results, load {os.getloadavg()[0]:.1f}:"
        )
        _say_times("polls", [seconds for found in polling for seconds in found.result()])
        _say_times("sections", [seconds for found in reading for seconds in found.result()])
        _say_times("a newcomer's pages", newcomer.result())
        memory = f"{memory_bytes(pid) / 1e6:.0f} MB (before: {before / 1e6:.0f})"
        _say(f"  server: {used:.0%} of a processor, {memory}")


def _watch(address: str, run: str, until: float) -> list[float]:
    """Keep the page of a running job open."""
    times = []
    with Visitor(address, "run", f"run={run}") as visitor:
        visitor.load()
        while time.monotonic() < until:
            [(part, interval)] = visitor.polls.items()
            took = visitor.poll(part)
            times.append(took)
            time.sleep(max(0.0, interval - took))
        _refuse_problems(visitor)
    return times


def _read(address: str, run: str, until: float, first: int) -> list[float]:
    """Read the results of a finished run, one section after the other."""
    times = []
    names = list(SECTIONS)
    time.sleep(READING_SECONDS * (first / len(names) % 1))  # not all in the same instant
    while time.monotonic() < until:
        section = names[(first + len(times)) % len(names)]
        with Visitor(address, "results", f"run={run}&section={section}") as visitor:
            times.append(visitor.load())
            _refuse_problems(visitor)
            time.sleep(READING_SECONDS)
    return times


def _arrive(address: str, run: str, until: float) -> list[float]:
    """Open pages for the first time."""
    times = []
    while time.monotonic() < until:
        page = ("", "run", "runs", "about")[len(times) % 4]
        with Visitor(address, page, f"run={run}" if page == "run" else "") as visitor:
            times.append(visitor.load())
            _refuse_problems(visitor)
        time.sleep(0.5)
    return times


def _refuse_problems(visitor: Visitor) -> None:
    """Count no page that shows an error."""
    if visitor.problems:
        raise RuntimeError(f"A page says: {visitor.problems[0]}")


@contextmanager
def _working(settings: Settings, plan: RunPlan) -> Iterator[None]:
    """Hold a run as its worker does, and write what one writes."""
    store, end = RunStore(settings), threading.Event()

    def work() -> None:
        store.add_event(plan.run_id, RunStarted(plan.run_id, N_MODELS, N_SAMPLES))
        for index, spec in enumerate(plan.models[:-1]):
            store.add_event(plan.run_id, ModelStarted(spec.id, index + 1, N_MODELS))
            for done in range(0, N_SAMPLES, 100):
                store.add_event(plan.run_id, BatchDone(spec.id, done, N_SAMPLES))
                if end.wait(BATCH_SECONDS):
                    return
            for place, metric in enumerate(plan.metrics):
                parts = dict.fromkeys(("s_cls", "s_en"), float(place)) if metric == "etran" else {}
                store.add_cell(plan.run_id, Score(spec.id, metric, float(place), 0.1, parts))

    with hold_run(settings, plan.run_id):
        store.queue(plan.run_id, "cpu")
        store.start(plan.run_id, "{}")
        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()


def _say_times(what: str, times: list[float]) -> None:
    if times:
        middle, nearly_all, most = 1e3 * np.percentile(times, [50, 95, 100])
        numbers = f"median {middle:.0f} ms, 95 % within {nearly_all:.0f} ms, most {most:.0f} ms"
        _say(f"  {what}: {len(times):,} answers, {numbers}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
