"""The table of what a metric was compared with."""

from __future__ import annotations

import math

import pytest

from ptmrank_core.metrics import METRICS, standard_metrics
from ptmrank_core.reports.tables.prior_agreement import HERE, prior_agreement_table


@pytest.mark.parametrize("name", standard_metrics())
def test_every_comparison_is_a_row_with_its_source(name: str) -> None:
    """Sets of ours in each situation, then published tables, those of the authors last."""
    prior, rows = METRICS[name].prior_agreement, prior_agreement_table(name).records()
    own = [row for row in rows if row["source"] == HERE]
    fields = (prior.tuned, prior.few, prior.far, prior.ceiling, prior.probed)
    assert [(row["samples"], row["tau"]) for row in own] == [pair for f in fields for pair in f.items()]
    cited = [(row["tau"], row["source"]) for row in rows[len(own) :]]
    assert cited == [(table.tau, table.source) for table in (*prior.published, *prior.by_authors)]


def test_what_does_not_count_is_said_not_to() -> None:
    """The rows that are not said to be left out or to count in part make up the mean, with those in part."""
    prior, rows = METRICS["sfda"].prior_agreement, prior_agreement_table("sfda").records()
    whole = [row["tau"] for row in rows if row["situation"] in {"many samples", "models of like size"}]
    part = [row["tau"] for row in rows if row["situation"] == "nothing was fine-tuned: counts in part"]
    assert len(part) == len(prior.probed)
    assert prior.taus() == pytest.approx([*whole[:-1], *(0.74 * float(tau or 0) for tau in part), whole[-1]])
    left_out = [row for row in rows if str(row["situation"]).endswith("not counted")]
    assert len(left_out) == len(prior.ceiling) + len(prior.by_authors)
    assert prior.mean is not None
    assert math.isfinite(prior.mean)
