"""Killed at any step or moment, work can be finished, and ends as if nothing had happened."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.hardening.kills.processes import ProcessBench
from tests.hardening.kills.trial import Bench
from tests.hardening.kills.work import SCENARIOS, Scenario

pytestmark = pytest.mark.skipif(
    not (hasattr(os, "fork") and Path("/proc/self/stat").exists()), reason="forks, and reads /proc"
)
N_QUICK, N_LONG, N_PROCESSES = 2, 8, 4


def try_often(bench: Bench | ProcessBench, n_trials: int, seed: int) -> int:
    """Try so often; return how many kills there were."""
    n_kills = 0
    for number in range(n_trials):
        trial = bench.try_once(np.random.default_rng((seed, number)))
        assert not trial.problems, trial
        n_kills += len(trial.kills)
    return n_kills


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_killed_at_some_step_nothing_is_lost(scenario: Scenario, tmp_path: Path) -> None:
    """Whatever was being written, repeating or resuming the work gives what an undisturbed one gives."""
    assert try_often(Bench(scenario, tmp_path), N_QUICK, seed=7)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_killed_at_many_steps_nothing_is_lost(scenario: Scenario, tmp_path: Path) -> None:
    """The same with more kills."""
    assert try_often(Bench(scenario, tmp_path), N_LONG, seed=8)


@pytest.mark.slow
def test_killed_at_some_moment_a_run_of_real_models_is_finished(tmp_path: Path) -> None:
    """The command line, the process of its models, or both: resumed or retried, every score is the same."""
    # Of this seed every victim is hit, a run after a quarter, a half and four fifths of its time.
    assert try_often(ProcessBench(tmp_path), N_PROCESSES, seed=20)
