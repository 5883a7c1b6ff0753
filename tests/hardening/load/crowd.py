"""A shared server with a crowd: viewers, owners who queue runs, and somebody who uploads."""

from __future__ import annotations

import os
import re
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from dashboard.server import owner as owners
from dashboard.views.results.sections import SECTIONS
from ptmrank_core.benchmark import RunStore, read_entry, run_here
from ptmrank_core.config import Settings
from ptmrank_core.records import RunState
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.benchmarks.process import memory_bytes
from tests.dashboard.intruder import Tab
from tests.dashboard.serving import free_port, serve
from tests.hardening.load.fairness import Waited, unfair
from tests.hardening.load.upload import send, write_archive
from tests.ready_made import save_features

__all__ = ["Crowd", "Measured", "measure"]

METRICS = ("logme", "hscore", "leep")
SECONDS_TO_READ = 4.0
N_RERUNS = 3  # of a page, before a viewer opens another
LONGEST_SECONDS = 1_800.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who comes.

    Parameters
    ----------
    n_viewers, n_owners
        Visitors who read, and visitors who each queue a run; a quarter of those queue three.
    upload_bytes
        Sizes of the archives that are uploaded meanwhile.
    seconds
        How long viewers read at least; they stay until every run has ended.
    """

    n_viewers: int
    n_owners: int
    upload_bytes: Sequence[int]
    seconds: float


@dataclass(slots=True)
class Measured:
    """What was seen."""

    loads: list[float] = field(default_factory=list)
    reruns: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    runs: list[Waited] = field(default_factory=list)
    uploads: list[dict[str, float]] = field(default_factory=list)
    memory: dict[str, int] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """Summarise."""
        return {
            "first loads": _times(self.loads),
            "reruns": _times(self.reruns),
            "errors": len(self.errors),
            "what went wrong": dict(Counter(self.errors)),
            "runs": len(self.runs),
            "unfair": list(unfair(self.runs)),
            "longest wait, s": max((run.begun_at - run.queued_at for run in self.runs), default=0.0),
            "uploads": self.uploads,
            "memory, MB": {name: round(size / 1e6) for name, size in self.memory.items()},
        }


def _times(seconds: Sequence[float]) -> dict[str, float]:
    if not seconds:
        return {"n": 0}
    middle, nearly_all, most = np.percentile(seconds, [50, 95, 100])
    return {"n": len(seconds), "median, s": middle, "95 %, s": nearly_all, "most, s": most}


@dataclass(slots=True)
class Server:
    """The server, its home, and what is known of it."""

    address: str
    pid: int
    settings: Settings
    finished: str = ""

    def cookie(self) -> str:
        """The token that a browser gets with its first page."""
        request = urllib.request.Request(f"http://{self.address}/", headers={"Accept": "text/html"})
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
            found = re.search(rf"{owners.COOKIE}=([\w-]+)", answer.headers["set-cookie"])
        assert found is not None
        return found[1]


@contextmanager
def _server(folder: Path) -> Iterator[Server]:
    """Serve a home with a finished run; every visitor has runs of their own."""
    settings = Settings(home=folder / "home")
    for number in range(6):
        save_features(folder / "features" / f"model{number}.npz", 0.5 + number)
    finished = stored_features_plan(settings, folder / "features", METRICS).run_id
    run_here(finished, settings, sources=SOURCES)
    with patch.dict(os.environ, {"PTMRANK_SHARED": "1", "PTMRANK_HOME": str(settings.home)}):
        port = free_port()
        process = serve(settings.home, port)
        try:
            yield Server(f"localhost:{port}", process.pid, settings, finished)
        finally:
            process.terminate()
            process.wait(60)


def _owner_of(cookie: str) -> str:
    """What the store calls the owner of a cookie."""
    context = owners.st.context.__class__
    with patch.object(context, "cookies", property(lambda _: {owners.COOKIE: cookie})):
        return owners.current_owner()


def measure(crowd: Crowd, folder: Path) -> Measured:
    """Let the crowd come, and measure until every run has ended.

    Parameters
    ----------
    crowd
        Who comes.
    folder
        For the home and the archives.
    """
    seen = Measured()
    with _server(folder) as server:
        cookies = [server.cookie() for _ in range(crowd.n_owners)]
        waiting = [_plan_runs(server, folder, cookie, i) for i, cookie in enumerate(cookies)]
        archives = [
            write_archive(folder / f"pictures{i}.zip", size) for i, size in enumerate(crowd.upload_bytes)
        ]
        with Tab(server.address, "results", f"run={server.finished}", cookie=server.cookie()) as first:
            first.load()  # nobody measures a cold server here
        seen.memory["before"] = memory_bytes(server.pid)
        over = threading.Event()
        with ThreadPoolExecutor(crowd.n_viewers + len(archives) + crowd.n_owners + 1) as pool:
            watch = pool.submit(_watch_memory, server.pid, seen, over)
            viewers = [pool.submit(_view, server, seen, over, i) for i in range(crowd.n_viewers)]
            queuing = [
                pool.submit(_queue, server, cookie, runs, i)
                for i, (cookie, runs) in enumerate(zip(cookies, waiting, strict=True))
            ]
            uploading = [pool.submit(_upload, server, archive) for archive in archives]
            begun = time.monotonic()
            queued = _collect(queuing, seen)
            _wait_for_all(server, [run for times in queued for run in times], begun, seen)
            seen.uploads += _collect(uploading, seen)
            over.wait(max(0.0, crowd.seconds - (time.monotonic() - begun)))
            over.set()
            _collect([*viewers, watch], seen)
        seen.runs += [_waited(server, run, at) for times in queued for run, at in times.items()]
        seen.memory["after"] = memory_bytes(server.pid)
        seen.memory["peak"] = _peak(server.pid)
    return seen


def _collect(futures: Sequence[Future[Any]], seen: Measured) -> list[Any]:
    """Wait for some; note what went wrong."""
    results = []
    for future in futures:
        error = future.exception()
        if error is None:
            results.append(future.result())
        else:
            seen.errors.append(f"{type(error).__name__}: {error}")
    return results


def _plan_runs(server: Server, folder: Path, cookie: str, number: int) -> list[str]:
    """Store an owner's runs, which wait to be started from the page."""
    store, runs = RunStore(server.settings), []
    for seed in range(3 if number % 4 == 0 else 1):
        plan = stored_features_plan(
            server.settings, folder / "features", METRICS, seed=seed, owner=_owner_of(cookie)
        )
        store.finish(plan.run_id, RunState.CANCELLED, seconds=0.0)
        runs.append(plan.run_id)
    return runs


def _queue(server: Server, cookie: str, runs: Sequence[str], number: int) -> dict[str, float]:
    """Start an owner's runs from their pages; return when each stood in the queue."""
    times = {}
    time.sleep(0.2 * (number % 8))
    for run in runs:
        with Tab(server.address, "run", f"run={run}", cookie=cookie) as tab:
            tab.load()
            tab.press("resume")
            _refuse_problems(tab)
        times[run] = time.time()
    return times


def _wait_for_all(server: Server, runs: Sequence[str], begun: float, seen: Measured) -> None:
    """Wait until every run has ended."""
    store = RunStore(server.settings)
    while time.monotonic() - begun < LONGEST_SECONDS:
        if all(store.state(run) is RunState.FINISHED for run in runs):
            return
        time.sleep(0.5)
    left = [(run, read_entry(store, server.settings, run).status) for run in runs]
    seen.errors.append(f"not ended: {[one for one in left if one[1] != 'finished']}")


def _waited(server: Server, run: str, queued_at: float) -> Waited:
    store = RunStore(server.settings)
    times = store.event_times(run)
    return Waited(run, store.owner(run), queued_at, times["", "RunStarted"], times["", "RunFinished"])


def _view(server: Server, seen: Measured, over: threading.Event, number: int) -> None:
    """Read pages, one after the other, each for a while."""
    sections, cookie = list(SECTIONS), server.cookie()
    over.wait(SECONDS_TO_READ * (number % 20) / 20)  # not all in the same instant
    while not over.is_set():
        pages = [
            ("results", f"run={server.finished}&section={sections[number % len(sections)]}"),
            ("runs", ""),
            ("learn", ""),
            ("run", f"run={server.finished}"),
        ]
        with Tab(server.address, *pages[number % len(pages)], cookie=cookie) as tab:
            seen.loads.append(tab.load())
            for _ in range(N_RERUNS):
                if not over.wait(SECONDS_TO_READ):
                    seen.reruns.append(tab.load())
            _refuse_problems(tab)
        number += 1


def _upload(server: Server, archive: Path) -> dict[str, float]:
    """Upload an archive, and let the page read it."""
    with Tab(server.address, "samples", cookie=server.cookie()) as tab:
        tab.load()
        before = memory_bytes(server.pid)
        info, sent = send(tab, archive)
        held = memory_bytes(server.pid)
        begun = time.monotonic()
        tab.hand_in("upload-0", info)
        _refuse_problems(tab)
        if not tab.was_told("What was read"):
            raise RuntimeError(f"The page did not read the archive: {tab.alerts}")
        read = time.monotonic() - begun
    return {
        "MB": info.size / 1e6,
        "seconds sent": sent,
        "seconds read": read,
        "memory before, MB": before / 1e6,
        "memory when sent, MB": held / 1e6,
        "memory when read, MB": memory_bytes(server.pid) / 1e6,
    }


def _refuse_problems(tab: Tab) -> None:
    """Count no page that shows an error."""
    if tab.problems:
        raise RuntimeError(f"A page says: {tab.problems[0]}")


def _watch_memory(pid: int, seen: Measured, over: threading.Event) -> None:
    """Note the most memory at any time."""
    while not over.wait(0.5):
        seen.memory["most seen"] = max(seen.memory.get("most seen", 0), memory_bytes(pid))


def _peak(pid: int) -> int:
    """The most memory that a process has held, as the kernel knows it."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
