"""How much time a race has, and how long a pass takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.benchmark.race.pace import granted_seconds, seconds_of_pass
from ptmrank_core.config import Settings
from ptmrank_core.records import (
    Analyses,
    Finding,
    HalfSampleScores,
    ModelHalfSamples,
    ProbeResult,
    Race,
    RaceDose,
)
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_features_plan
from tests.ready_made import save_features

DOSE = RaceDose("a", 0, "full", "accuracy", 0.5, 0.1, (), (), 100, 2.0, 1e-4, 14.0, loading_seconds=4.0)


def test_analyses_before_a_race_take_from_its_time_but_leave_it_half() -> None:
    """A minute of probing is off five minutes; four minutes leave two and a half; doses do not count."""
    probing = Finding(ProbeResult.KIND, "a", None, 60.0)
    dose = Finding(RaceDose.KIND, "0000", DOSE, DOSE.seconds)
    assert granted_seconds(300.0, [probing, dose, Finding(Race.KIND, "", None, 9.0)]) == 240
    assert granted_seconds(300.0, [replace(probing, seconds=240.0)]) == 150


def test_the_time_of_intervals_is_stored_with_them(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scores of parts are dropped once they are combined; the time that they took is not."""
    for name, strength in (("strong", 3.0), ("weak", 1.0)):
        save_features(tmp_path / "f" / f"{name}.npz", strength)
    analyses = Analyses(half_samples=60, projections=False, sample_sizes=False, probe=False)
    plan = stored_features_plan(settings, tmp_path / "f", ("logme", "hscore"), analyses=analyses)
    dropped: list[Finding] = []
    write = RunStore.add_findings

    def watch(store: RunStore, run_id: str, findings: Sequence[Finding]) -> None:
        dropped.extend(own for own in findings if own.kind == ModelHalfSamples.KIND)
        write(store, run_id, findings)

    monkeypatch.setattr(RunStore, "add_findings", watch)
    run_here(plan.run_id, settings, sources=SOURCES)
    findings = RunStore(settings).findings(plan.run_id)
    kept = [own.seconds for own in findings if own.kind == HalfSampleScores.KIND]
    assert (len(dropped), len(kept)) == (2, 2)
    assert sum(kept) >= sum(own.seconds for own in dropped) > 0


def test_a_pass_is_timed_without_loading_and_by_what_a_dose_added() -> None:
    """Two passes in ten seconds; two more of the same stage in six; on half of the samples twice as long."""
    later = replace(DOSE, number=1, epochs=4.0, seconds=7.0, loading_seconds=1.0)
    half = replace(DOSE, stage="part", n_train=50)
    head = replace(DOSE, stage="head", epochs=0.0)
    assert seconds_of_pass([], 100, 9.0) == 9
    assert seconds_of_pass([head], 100, 9.0) == 9
    assert seconds_of_pass([DOSE], 100, 9.0) == pytest.approx(5)
    assert seconds_of_pass([DOSE, later], 100, 9.0) == pytest.approx(3)
    assert seconds_of_pass([half], 100, 9.0) == pytest.approx(10)
    assert seconds_of_pass([DOSE, replace(later, value=None)], 100, 9.0) == pytest.approx(5)
