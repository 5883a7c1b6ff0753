"""Seconds of the parts behind rank intervals, as a run takes them from cached features.

    python -m tests.benchmarks.intervals [--models N] [--parts N] [--features D] [--cpu]

Aim: the cheap metrics of a part take at most 2.5 times what one Gram matrix of its size and its
eigen-decomposition take (the unit, measured beside every fifth part) on one core, with n=600 and d=384; next
to that the intervals themselves cost nothing. The models have a head of 1,000 classes, and there are a
reference set and class names under a text model, so that all ten cheap metrics apply. ``--cpu`` counts
processor seconds, for a machine that is busy otherwise; OMP_NUM_THREADS says how many cores BLAS takes.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from ptmrank_core.metrics import METRICS, default_metrics, prepare_inputs
from ptmrank_core.pieces.scoring import score_cells
from ptmrank_core.ranking import Voting, consensus_intervals, rank_intervals
from ptmrank_core.records import Score
from ptmrank_core.sampling import draw_parts, units_of
from tests.benchmarks.metrics import time_unit

N_SAMPLES, N_FEATURES, N_CLASSES, N_SOURCE_CLASSES, N_REFERENCE = 600, 384, 10, 1000, 500

# Metric -> model -> one score for each part, the full sample's first.
Found = dict[str, dict[str, list[float]]]


def cheap_metrics() -> tuple[str, ...]:
    """Names of the metrics that get parts unasked."""
    return tuple(name for name in default_metrics() if METRICS[name].cost != "iterative")


def arrays_of(index: int, labels: np.ndarray, n_features: int = N_FEATURES) -> dict[str, Any]:
    """Features of one model in a decaying spectrum, the better the lower its index, and what metrics read."""
    rng = np.random.default_rng(index)
    scales = np.logspace(0, -1, n_features)
    means = (0.4 - 0.02 * index) * scales * rng.standard_normal((N_CLASSES, n_features))
    features = means[labels] + scales * rng.standard_normal((len(labels), n_features))
    head = rng.standard_normal((n_features, N_SOURCE_CLASSES)) / np.sqrt(n_features)
    return {
        "embeddings": features.astype(np.float32),
        "labels": labels,
        "source_logits": (3 * features @ head).astype(np.float32),
        "reference_embeddings": scales * rng.standard_normal((N_REFERENCE, n_features)),
        "label_embeddings": np.random.default_rng(0).standard_normal((1, N_CLASSES, 384)),
    }


def score_parts_of(
    n_models: int, n_parts: int, n_features: int, clock: Callable[[], float]
) -> tuple[Found, float, float]:
    """Score every model on all samples and on every part; the seconds are those of the parts, and of a unit.

    What the parts of a model share is computed by its first part, and counts.
    """
    labels = np.random.default_rng(0).permutation(np.arange(N_SAMPLES) % N_CLASSES)
    parts = draw_parts(units_of(labels, "classification"), n_parts=n_parts, seed=0)
    found: Found = {name: {} for name in cheap_metrics()}
    seconds, units = 0.0, []
    for index in range(n_models):
        arrays = arrays_of(index, labels, n_features)
        inputs = prepare_inputs(**arrays)
        for number, rows in enumerate((np.arange(N_SAMPLES), *parts.rows)):
            if number % 5 == 1:
                units.append(time_unit(arrays["embeddings"][rows].astype(np.float64), clock))
            start = clock()
            part = inputs.take(rows) if number else prepare_inputs(**arrays)
            for cell in score_cells(f"m{index}", part, found):
                assert isinstance(cell, Score), cell
                found[cell.metric].setdefault(cell.model, []).append(cell.value)
            seconds += clock() - start if number else 0.0
    return found, seconds, float(np.mean(units))


def time_intervals(found: Found, clock: Callable[[], float]) -> float:
    """Seconds of the intervals of every metric and of the consensus."""
    start = clock()
    scores = {name: {model: own[0] for model, own in of.items()} for name, of in found.items()}
    parts = {name: {model: own[1:] for model, own in of.items()} for name, of in found.items()}
    for name in found:
        rank_intervals(scores[name], parts[name], higher_is_better=METRICS[name].higher_is_better)
    consensus_intervals(
        scores,
        parts,
        voting=Voting(dict.fromkeys(found, 1.0)),
        higher_is_better={name: METRICS[name].higher_is_better for name in found},
    )
    return clock() - start


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what the parts and the intervals took."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.intervals")
    parser.add_argument("--models", type=int, default=12)
    parser.add_argument("--parts", type=int, default=60)
    parser.add_argument("--features", type=int, default=N_FEATURES)
    parser.add_argument("--cpu", action="store_true", help="processor seconds instead of wall time")
    options = parser.parse_args(arguments)
    clock = time.process_time if options.cpu else time.perf_counter
    found, seconds, unit = score_parts_of(options.models, options.parts, options.features, clock)
    threads = max((pool["num_threads"] for pool in threadpool_info()), default=1)
    each = seconds / options.models / options.parts
    sys.stdout.write(
        f"{options.parts} parts x {options.models} models x {len(found)} metrics, n={N_SAMPLES}, "
        f"d={options.features}, {threads} threads: {seconds:.1f} s, {1000 * each:.1f} ms each; all intervals "
        f"{time_intervals(found, clock):.2f} s\n"
        f"one Gram matrix + eigh of a part: {1000 * unit:.1f} ms; a part takes {each / unit:.2f} of these\n"
    )


if __name__ == "__main__":
    main()
