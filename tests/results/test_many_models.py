"""A run of 1,000 models, as a cluster makes it: it is stored, read and ranked like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core import reports, results
from ptmrank_core.benchmark import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.results.intervals import missing_intervals
from ptmrank_core.results.intervals.first_models import N_SHOWN
from tests.benchmarks.large_run import MANY_MODELS, N_METRICS, store_large_run


@pytest.mark.slow
def test_a_thousand_models_are_stored_read_and_ranked(settings: Settings, tmp_path: Path) -> None:
    """Every cell comes back, every model has a rank, and the tables name each of them once."""
    run = store_large_run(settings, tmp_path / "features", size=MANY_MODELS)
    result = RunStore(settings).result(run)
    assert len(result.cells) == MANY_MODELS.n_models * N_METRICS
    ranking = results.rank_result(result)
    names = [spec.id for spec in result.plan.models]
    assert sorted(ranking.order) == sorted(names)
    payload = reports.rank_payload(result, ranking)
    assert list(payload["models"]) == names
    for order, found in (
        (ranking.order, ranking.intervals),
        *((ranking.per_metric[name], own) for name, own in ranking.metric_intervals.items()),
    ):
        assert found is not None
        assert sorted(found.intervals) == sorted(names)
        assert all(low <= order.index(name) + 1 <= high for name, (low, high) in found.intervals.items())
        assert sum(found.p_best.values()) == pytest.approx(1)
        assert len(found.p_better[names[0]]) == len(names) - 1
    # How the spread of three metrics shrinks with the samples would have to be told by a run.
    unknown = set(missing_intervals(result, ranking))
    assert unknown == {"emms", "ped", "sfda"}
    assert set(ranking.metric_intervals) == set(result.plan.metrics) - unknown
    assert len(payload["ranking"]["p_better"]) == N_SHOWN
    text = reports.rank_text(result)
    assert [name for name in names if name not in text] == []
