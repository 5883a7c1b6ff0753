"""Calibration of P(best) and P(better): what is said of the first model, and how often it is true.

    python -m tests.benchmarks.calibration [--sets N] [--parts N] [--settings NAMES]

Populations are those of ``coverage_means``: models whose expected scores lie a given number of standard
errors (of a difference of two scores) apart, alone or beside models that are far away, or are drawn anew for
every data set from a normal distribution. What is said of the first of the order (that it is the best of all,
and that it is better than the second) is set beside how often it is true, which takes only scores and is
therefore counted in many more data sets. Aim: the two differ by at most 0.1 on average, for models half, one
and two standard errors apart, under one metric and in the consensus.

Equal models have no best one, and what is said of the first is too much there: a prior that allows for
differences cannot rule them out. A first model that is ahead of many equal ones is said to be the best too
rarely: these inform each other, and it, that differences are small.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ptmrank_core.ranking.consensus import RANK_DIGITS
from ptmrank_core.ranking.intervals import ranks_of
from ptmrank_core.ranking.varied_votes import mean_of_ranks
from tests.benchmarks.coverage_means import MeanScores

__all__ = ["DRAWN", "STEPS", "Calibration", "calibrate", "table"]

ERRORS = (0.5, 1.0, 2.0)
# Orders that tell how often something is true, and those of one draw of the models.
N_ORDERS, N_AT_ONCE = 20_000, 20


def _steps(n_models: int, step: float, n_far: int = 0) -> MeanScores:
    """Models a step apart, and others far below them."""
    near = tuple(step * i for i in range(n_models))
    return MeanScores(200, near + tuple(20.0 + i for i in range(n_far)))


STEPS: Mapping[str, MeanScores] = (
    {f"{n} models, {step:g} apart": _steps(n, step) for n in (2, 6, 13) for step in ERRORS}
    | {f"3 models, {step:g} apart, {far} far": _steps(3, step, far) for far in (5, 10) for step in ERRORS}
    | {"half with 20 parts, 6 models, 1 apart": replace(_steps(6, 1.0), weights=(0.25, 0.25, 0.5), few=(2,))}
)
# Models whose expected scores are drawn anew for every data set: their number and standard deviation.
DRAWN: Mapping[str, tuple[int, float]] = {
    f"{n} models, drawn with {spread:g}": (n, spread) for n in (3, 13) for spread in (1.0, 2.0)
}
# Where what is said is known to be wrong: for the table, not for the test.
LIMITS: Mapping[str, MeanScores] = {
    "5 equal models": MeanScores(200, (0.0,) * 5),
    "13 equal models": MeanScores(200, (0.0,) * 13),
    "1 ahead of 9 by 2": MeanScores(200, (0.0, *(2.0,) * 9)),
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
    said: dict[str, list[tuple[float, float]]] = {"logme": [], "consensus": []}
    for r in range(n_sets):
        ranking = _population(name, r).ranking(np.random.default_rng([3, r]), n_parts, r)
        for of, order, found in (
            ("logme", ranking.per_metric["logme"], ranking.metric_intervals["logme"]),
            ("consensus", ranking.order, ranking.intervals),
        ):
            assert found is not None
            said[of].append((found.p_best[order[0]], found.p_better[order[0]][order[1]]))
    rows = []
    for of, known in _truth(name).items():
        best, better = np.mean(said[of], axis=0).tolist()
        rows.append(Calibration(name, of, best, known[0], better, known[1]))
    return rows


def _truth(name: str) -> dict[str, tuple[float, float]]:
    """How often the first of the order is the best, and how often it is better than the second.

    The best of several equal ones is each of them by its share, and the better of two equal ones by half.
    """
    found: dict[str, list[tuple[float, float]]] = {"logme": [], "consensus": []}
    for r in range(N_ORDERS // N_AT_ONCE):
        means = _population(name, r)
        rng = np.random.default_rng([5, r])
        ranks = ranks_of(means.scores(rng, N_AT_ONCE))
        joined = np.round(mean_of_ranks(ranks, np.array(means.weights)), RANK_DIGITS)
        is_best = means.expected == means.expected.max()
        for of, own in (("logme", ranks[:, 0]), ("consensus", joined)):
            shuffled = np.lexsort((rng.random(own.shape), own), axis=1)
            first, second = shuffled[:, 0], shuffled[:, 1]
            ahead = np.sign(means.expected[first] - means.expected[second])
            found[of].append(((is_best[first] / is_best.sum()).mean(), (ahead.mean() + 1) / 2))
    return {of: tuple(np.mean(rows, axis=0).tolist()) for of, rows in found.items()}


def _population(name: str, seed: int) -> MeanScores:
    """Population of a data set; its models are shuffled, since their names decide where places tie."""
    rng = np.random.default_rng([4, seed])
    if name in DRAWN:
        n_models, spread = DRAWN[name]
        return MeanScores(200, tuple((spread * rng.standard_normal(n_models)).tolist()))
    means = STEPS[name] if name in STEPS else LIMITS[name]
    return replace(means, steps=tuple(rng.permutation(means.steps).tolist()))


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
    parser.add_argument(
        "--settings", default=";".join((*STEPS, *DRAWN, *LIMITS)), help="names, separated by ;"
    )
    options = parser.parse_args(arguments)
    for name in options.settings.split(";"):
        sys.stdout.write(table(calibrate(name, n_sets=options.sets, n_parts=options.parts)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
