"""Small functions that the model process of a test serves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputField, OutOfMemoryError, UnknownNameError
from ptmrank_core.events import BatchDone, CancelToken, Event, Sink, StageStarted, raise_if_cancelled
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.features.process import ModelFunction
from ptmrank_core.records import ExtractionOptions, Features, ModelSpec, Samples, Stage


def echo(thing: Any) -> Any:
    """Return what came."""
    return thing


def who() -> tuple[int, int, int]:
    """Process, parent and session of this process."""
    return os.getpid(), os.getppid(), os.getsid(0)


def modules() -> list[str]:
    """Packages that are loaded."""
    return sorted({name.partition(".")[0] for name in sys.modules})


def first_pixels(samples: Samples) -> int:
    """A number that depends on the samples alone."""
    return sum(np.asarray(item.decode()).size for item in samples.items)


def same_samples(samples: Samples) -> int:
    """Identity of the samples in this process: alike for those that were sent once."""
    return id(samples)


def zeros(n_rows: int) -> NDArray[np.float32]:
    """A read-only array."""
    array = np.zeros((n_rows, 8), dtype=np.float32)
    array.setflags(write=False)
    return array


def noisy(count: int) -> int:
    """Print to both streams, past Python too, and read from standard input."""
    print("a foreign print")  # noqa: T201
    os.write(1, b"past Python\n" * count)
    sys.stderr.write("an error\n")
    subprocess.run([sys.executable, "-c", "print('a child of the child')"], check=True)
    return len(sys.stdin.read())


def raise_ours(kind: str) -> None:
    """Raise an error of the product."""
    if kind == "memory":
        raise OutOfMemoryError("No room.", hint="Buy some.", fields=[InputField.DEVICE])
    raise UnknownNameError("metric", "lgme", ["logme"])


def raise_foreign(panics: bool) -> None:
    """Raise what foreign code raises."""
    panic = type("PanicException", (BaseException,), {})
    raise panic("called `Option::unwrap()`") if panics else KeyError("weight")


def die(spec: ModelSpec, how: str, sink: Sink) -> None:
    """End this process in one of the ways of foreign code, while the model is loaded or run."""
    if how == "load":
        sink(StageStarted(spec.id, Stage.LOAD))
    if how == "exit":
        os._exit(3)
    if how == "abort":
        print("terminate called: std::bad_alloc", file=sys.stderr, flush=True)  # noqa: T201
        os.abort()
    if how == "pipe":
        os.closerange(3, 256)
        time.sleep(600)
    os.kill(os.getpid(), signal.SIGKILL if how in {"load", "kill"} else getattr(signal, how))


def wait(seconds: float, cancel: CancelToken, sink: Sink) -> str:
    """Work in steps until cancelled, or deaf to it."""
    sink(BatchDone("m", 1, 2))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        raise_if_cancelled(cancel)
        time.sleep(0.01)
    return "done"


def deaf(seconds: float, sink: Sink) -> None:
    """Hear nothing for a while."""
    sink(BatchDone("m", 1, 2))
    time.sleep(seconds)


def hang(spec: ModelSpec, how: str, sink: Sink) -> None:
    """Hang while a model is loaded: asleep, busy, or asleep beside a thread that is awake."""
    sink(StageStarted(spec.id, Stage.LOAD))
    if how == "ticks":
        threading.Thread(target=lambda: [time.sleep(0.01) for _ in range(10**6)], daemon=True).start()
    while how == "spins":
        sum(range(1000))
    time.sleep(600)


def grow(spec: ModelSpec, sink: Sink) -> None:
    """Take memory, bit by bit, while a model is loaded; stop before the machine is in danger."""
    sink(StageStarted(spec.id, Stage.LOAD))
    held = []
    while len(held) < 100:
        held.append(np.ones(2_500_000))
        time.sleep(0.05)
    time.sleep(600)


def report(sink: Sink, on_progress: Callable[[float], None]) -> None:
    """Report progress."""
    for done in range(3):
        sink(BatchDone("m", done, 3))
        on_progress(done / 3)


def cached(cache: FeatureCache) -> int:
    """Number of cached vectors."""
    return len(cache)


def extract_or_die(
    samples: Samples,
    spec: ModelSpec,
    *,
    options: ExtractionOptions,
    auxiliary: Mapping[str, Samples],
    cache: FeatureCache,
    sink: Sink,
    cancel: CancelToken,
) -> Features:
    """Extract features, but die where the name of the model says so, as foreign code does."""
    if spec.id.startswith("dies-in-load"):
        sink(StageStarted(spec.id, Stage.LOAD))
        os.kill(os.getpid(), signal.SIGKILL)

    def listen(event: Event) -> None:
        sink(event)
        if isinstance(event, BatchDone) and event.n_run and spec.id.startswith("aborts"):
            os.abort()

    return extract(
        samples, spec, options=options, auxiliary=auxiliary, cache=cache, sink=listen, cancel=cancel
    )


def start_sleeper(folder: Path) -> int:
    """Start a process in the background as a pool of decoders does, and wait for good."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415
    from multiprocessing import get_context  # noqa: PLC0415

    from ptmrank_core.features.process.lifetime import die_with_parent  # noqa: PLC0415

    pool = ProcessPoolExecutor(1, get_context("spawn"), die_with_parent)
    pid = pool.submit(os.getpid).result()
    (folder / "sleeper").write_text(str(pid))
    time.sleep(600)
    return pid


DEADLY = {"extract": ModelFunction(__name__, "extract_or_die", "its features were being extracted")}
SERVED = {
    function.__name__: ModelFunction(__name__, function.__name__, "it was being tested")
    for function in (
        echo, who, modules, first_pixels, same_samples, zeros, noisy, raise_ours, raise_foreign, die, wait,
        deaf, hang, grow, report, cached, start_sleeper,
    )
}  # fmt: skip
