"""Calibration of P(best) and P(better): what is said of the first model, and how often it is true.

    python -m tests.benchmarks.calibration [--sets N] [--parts N]

Populations are those of ``coverage_means``: models whose expected scores lie a given number of standard
errors (of a difference of two scores) apart. Of every data set, what is said of the first of its order is set
beside whether it is true: that the first is the best of all, and that it is better than the second. Aim: the
two differ by at most 0.1 on average, for models half, one and two standard errors apart, under one metric and
in the consensus. Equal models have no best one: there the first is said to be the best by more than a fair
share, since a prior that allows for differences cannot rule them out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ptmrank_core.records import RankIntervals
from tests.benchmarks.coverage_means import MeanScores

__all__ = ["STEPS", "Calibration", "calibrate", "table"]

TWO, SIX, THIRTEEN = 2, 6, 13
STEPS: Mapping[str, MeanScores] = {
    f"{n} models, {step:g} apart": MeanScores(200, tuple(step * i for i in range(n)))
    for n in (TWO, SIX, THIRTEEN)
    for step in (0.5, 1.0, 2.0)
} | {
    "3 models, 0.5 apart, 5 far away": MeanScores(200, (0, 0.5, 1, 20, 21, 22, 23, 24)),
    "3 models, 1 apart, 5 far away": MeanScores(200, (0, 1, 2, 20, 21, 22, 23, 24)),
    "half with 20 parts, 6 models, 1 apart": MeanScores(
        200, tuple(float(i) for i in range(6)), (0.25, 0.25, 0.5), few=(2,)
    ),
}


@dataclass(frozen=True)
class Calibration:
    """Means over data sets: what is said of the first of the order, and whether it is true."""

    setting: str
    of: str
    best_said: float
    best_true: float
    better_said: float
    better_true: float

    @property
    def error(self) -> float:
        """The greater of both differences."""
        return max(abs(self.best_said - self.best_true), abs(self.better_said - self.better_true))


def calibrate(name: str, *, n_sets: int, n_parts: int) -> list[Calibration]:
    """Simulate one setting: a row for the first metric, and one for the consensus."""
    means = STEPS[name]
    expected = dict(zip(means.models, means.expected.tolist(), strict=True))
    said: dict[str, list[tuple[float, bool, float, bool]]] = {means.metrics[0]: [], "consensus": []}
    for r in range(n_sets):
        ranking = means.ranking(np.random.default_rng([3, r]), n_parts, r)
        metric = means.metrics[0]
        for of, order, found in (
            (metric, ranking.per_metric[metric], ranking.metric_intervals[metric]),
            ("consensus", ranking.order, ranking.intervals),
        ):
            assert found is not None
            said[of].append(_of_first(order, found, expected))
    return [
        Calibration(name, of, *(float(share) for share in np.mean(rows, axis=0))) for of, rows in said.items()
    ]


def _of_first(
    order: Sequence[str], found: RankIntervals, expected: Mapping[str, float]
) -> tuple[float, bool, float, bool]:
    """P(best) of the first and whether it is; P(better) of the first over the second and whether it is."""
    first, second = order[:2]
    return (
        found.p_best[first],
        expected[first] == max(expected.values()),
        found.p_better[first][second],
        expected[first] > expected[second],
    )


def table(rows: Sequence[Calibration]) -> str:
    """Markdown: one line for each setting and metric."""
    lines = [
        "| setting | of | P(best) said | true | P(better) said | true |",
        "|---|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.setting} | {row.of} | {row.best_said:.2f} | {row.best_true:.2f} | {row.better_said:.2f} | "
        f"{row.better_true:.2f} |"
        for row in rows
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of all settings."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.calibration")
    parser.add_argument("--sets", type=int, default=250)
    parser.add_argument("--parts", type=int, default=60)
    options = parser.parse_args(arguments)
    rows = [row for name in STEPS for row in calibrate(name, n_sets=options.sets, n_parts=options.parts)]
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
