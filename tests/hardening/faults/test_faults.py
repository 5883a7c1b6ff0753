"""Whatever happens to the machine, a run ends as if nothing had, or says so and can be finished."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from tests.hardening.faults.faults import CACHE_FAULTS, FAULTS, USER_FAULTS, Fault
from tests.hardening.faults.trial import disturb
from tests.hardening.faults.work import ON_COMMAND_LINE, OWN_MODELS
from tests.hardening.kills.trial import Bench

pytestmark = pytest.mark.skipif(
    not (hasattr(os, "fork") and Path("/proc/self/stat").exists()), reason="forks, and reads /proc"
)
N_LONG = 3
EVERY = [*FAULTS, *CACHE_FAULTS, *USER_FAULTS]
# Each differs from another only in how much; the slow test has them all.
REPEATED = {
    *("no file over 16 kB", "disk full after 256 kB", "clock goes back", "clock runs ahead"),
    *("1 more files open", "3 more files open", "5 more files open", "12 more files open"),
}
# Those of which the command line itself has to say something.
TOLD = {
    *("disk full after 64 kB", "store deleted", "home turned read-only", "output closed", "all closed"),
    *("output full", "1 more files open", "4 MB more memory"),
}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that a user who is not root can reach too."""
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def worker(folder: Path) -> Bench:
    """A worker that extracts features."""
    return Bench(OWN_MODELS, folder / "worker")


@pytest.fixture(scope="module")
def command_line(folder: Path) -> Bench:
    """A ranking on the command line."""
    return Bench(ON_COMMAND_LINE, folder / "command")


def steps(bench: Bench, fault: Fault, n_steps: int) -> list[int]:
    """Draw steps of the work, always the same."""
    random = np.random.default_rng(crc32(fault.name.encode()))
    return [int(step) for step in random.integers(len(bench.steps), size=n_steps)]


def try_often(bench: Bench, fault: Fault, n_trials: int, *, first: int = 0) -> None:
    """Let the fault strike at some steps, but for so many first ones."""
    if fault.obstacle:
        pytest.skip(fault.obstacle)
    for step in steps(bench, fault, n_trials)[first:]:
        trial = disturb(bench, fault, step)
        assert not trial.problems, trial


def named(fault: Fault) -> str:
    """Name of a test."""
    return fault.name


@pytest.mark.parametrize("fault", [fault for fault in EVERY if fault.name not in REPEATED], ids=named)
def test_a_fault_strikes_a_worker_that_extracts(worker: Bench, fault: Fault) -> None:
    """Features are extracted, cached and scored; no cell is lost, and none differs."""
    try_often(worker, fault, 1)


@pytest.mark.parametrize("fault", [fault for fault in EVERY if fault.name in TOLD], ids=named)
def test_a_fault_strikes_the_command_line(command_line: Bench, fault: Fault) -> None:
    """It ends with its result, or with one sentence and what can be resumed."""
    try_often(command_line, fault, 1)


@pytest.mark.slow
@pytest.mark.parametrize("fault", EVERY, ids=named)
def test_a_fault_strikes_at_many_steps(worker: Bench, command_line: Bench, fault: Fault) -> None:
    """The same at more steps than the one that the tests above try."""
    try_often(worker, fault, N_LONG, first=1)
    try_often(command_line, fault, N_LONG, first=int(fault.name in TOLD))
