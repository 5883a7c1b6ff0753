"""How well a metric agreed with fine-tuning: what counts of the record, and what is only shown."""

from __future__ import annotations

import statistics

import pytest

from ptmrank_core.records import PROBE_SHARE, PriorAgreement, PublishedAgreement, RegimeAgreement

TABLE = PublishedAgreement(0.5, 11, 11, "arXiv:2207.03036")
PRIOR = PriorAgreement(
    tuned={"a": 0.7, "b": 0.9},
    ceiling={"c": 0.1},
    few={"a": 0.3},
    probed={"d": 0.5},
    published=(TABLE,),
    by_authors=(PublishedAgreement(1.0, 4, 4, "arXiv:2106.09362"),),
)


def test_each_set_and_each_table_counts_once() -> None:
    """Sets near the ceiling and tables of the metric's own authors do not count; a probe counts in part."""
    taus = (0.7, 0.9, PROBE_SHARE * 0.5, 0.5)
    assert PRIOR.taus() == taus
    assert PRIOR.mean == pytest.approx(statistics.mean(taus))
    assert PRIOR.spread == pytest.approx(statistics.stdev(taus))
    assert (PRIOR.n_sets, PRIOR.sources) == (14, ("arXiv:2207.03036",))


def test_few_samples_take_the_place_of_many() -> None:
    """Where a set was measured with few samples, that is what counts for few."""
    assert PRIOR.taus(few=True)[:2] == (0.3, 0.9)


def test_a_regime_that_was_not_measured_is_none() -> None:
    """Nothing is invented: each regime has its own sets, or none."""
    regimes = PRIOR.by_regime
    assert regimes["few samples for the width"] == RegimeAgreement(0.3, 1)
    assert regimes["models of like size"] == RegimeAgreement(0.5, 11)
    assert regimes["source far from the target"] is None
    assert all(own is None for own in PriorAgreement().by_regime.values())


def test_a_metric_that_was_never_measured_has_no_figures() -> None:
    """An empty record says so in each of its numbers."""
    empty = PriorAgreement()
    assert (empty.mean, empty.spread, empty.n_sets, empty.taus()) == (None, None, 0, ())
