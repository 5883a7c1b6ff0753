"""``kill -9`` of a worker at random moments; the long version, with the dashboard, is in tests/dashboard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.benchmark import RunStore, read_entry, run_here
from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.records import RunState, Truth
from ptmrank_core.worker import SOURCES
from tests.benchmark.comparing import given, undisturbed_twin
from tests.benchmark.runs import stored_plan
from tests.benchmark.workers import N_STEPS, start_analysing_worker
from tests.checkpoints import save_checkpoint
from tests.waiting import PATIENCE_SECONDS, wait_until


@pytest.mark.slow
def test_killed_at_random_moments_a_run_gives_what_it_would_have_given(
    settings: Settings, picture_zip: Path, tmp_path: Path
) -> None:
    """Three kills, one of them among the analyses: each is seen at once, and the end is the same.

    The analyses are steps that are counted. Models may be probed before, while the run waits for features.
    """
    random = np.random.default_rng(11)
    for i in range(12):
        save_checkpoint(tmp_path / "m" / f"model-{i:02d}", seed=i)
    ready = stored_plan(settings, picture_zip, local_models(tmp_path / "m")[6:])
    run_here(ready.run_id, settings, sources=SOURCES)  # so that the later workers are light
    plan = stored_plan(settings, picture_zip, tmp_path / "m")
    store, n_cells = RunStore(settings), 12 * len(plan.metrics)

    def n_kept() -> int:
        steps = [found for found in store.findings(plan.run_id) if found.kind == Truth.KIND]
        return len(store.cells(plan.run_id)) + len(steps)

    for first, last in ((1, n_cells // 3), (n_cells // 2, n_cells - 2), (n_cells + 1, n_cells + N_STEPS - 3)):
        moment = random.integers(first, last)
        worker = start_analysing_worker(plan.run_id)
        wait_until(lambda moment=moment: n_kept() >= moment)
        worker.kill()
        worker.wait()
        entry = read_entry(store, settings, plan.run_id)
        assert (entry.status, entry.can_resume) == ("interrupted", True)
        assert n_kept() < n_cells + N_STEPS
    assert start_analysing_worker(plan.run_id).wait(PATIENCE_SECONDS) == 0
    assert store.state(plan.run_id) is RunState.FINISHED
    after = given(store, plan.run_id)
    steps = {key: found for key, found in after["findings"].items() if key[0] == Truth.KIND}
    assert list(steps) == [(Truth.KIND, str(step)) for step in range(N_STEPS)]
    assert len({found.content.values["sum"] for found in steps.values()}) == 1
    twin = given(store, undisturbed_twin(store, settings, plan.run_id))
    assert {**after, "findings": {}} == {**twin, "findings": {}}
    probes = {key: found for key, found in after["findings"].items() if key not in steps}
    assert probes == {key: twin["findings"][key] for key in probes}
