"""Seconds of the parts behind rank intervals, as a run takes them from cached features.

    python -m tests.benchmarks.intervals [--models N] [--parts N] [--cpu]

Aim: 60 parts of the cheap metrics for 12 models of n=600, d=384 in under 60 s on two cores, next to
which the intervals themselves cost nothing. The models have a head of 1,000 classes, and there are a
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

from ptmrank_core.benchmark.execution.scoring import score_cells
from ptmrank_core.metrics import METRICS, default_metrics, prepare_inputs
from ptmrank_core.ranking import Voting, consensus_intervals, rank_intervals
from ptmrank_core.records import Score
from ptmrank_core.sampling import draw_parts, units_of

N_SAMPLES, N_FEATURES, N_CLASSES, N_SOURCE_CLASSES, N_REFERENCE = 600, 384, 10, 1000, 500

# Metric -> model -> one score for each part, the full sample's first.
Found = dict[str, dict[str, list[float]]]


def cheap_metrics() -> tuple[str, ...]:
    """Names of the metrics that get parts unasked."""
    return tuple(name for name in default_metrics() if METRICS[name].cost != "iterative")


def arrays_of(index: int, labels: np.ndarray) -> dict[str, Any]:
    """Features of one model in a decaying spectrum, the better the lower its index, and what metrics read."""
    rng = np.random.default_rng(index)
    scales = np.logspace(0, -1, N_FEATURES)
    means = (0.4 - 0.02 * index) * scales * rng.standard_normal((N_CLASSES, N_FEATURES))
    features = means[labels] + scales * rng.standard_normal((len(labels), N_FEATURES))
    head = rng.standard_normal((N_FEATURES, N_SOURCE_CLASSES)) / np.sqrt(N_FEATURES)
    return {
        "embeddings": features.astype(np.float32),
        "labels": labels,
        "source_logits": (3 * features @ head).astype(np.float32),
        "reference_embeddings": scales * rng.standard_normal((N_REFERENCE, N_FEATURES)),
        "label_embeddings": np.random.default_rng(0).standard_normal((1, N_CLASSES, 384)),
    }


def score_parts_of(n_models: int, n_parts: int, clock: Callable[[], float]) -> tuple[Found, float]:
    """Score every model on all samples and on every part; the seconds are those of the parts."""
    labels = np.random.default_rng(0).permutation(np.arange(N_SAMPLES) % N_CLASSES)
    parts = draw_parts(units_of(labels, "classification"), n_parts=n_parts, seed=0)
    found: Found = {name: {} for name in cheap_metrics()}
    seconds = 0.0
    for index in range(n_models):
        inputs = prepare_inputs(**arrays_of(index, labels))
        for rows in (np.arange(N_SAMPLES), *parts.rows):
            start = clock()
            for cell in score_cells(f"m{index}", inputs.take(rows), found):
                assert isinstance(cell, Score), cell
                found[cell.metric].setdefault(cell.model, []).append(cell.value)
            seconds += clock() - start if len(rows) < N_SAMPLES else 0.0
    return found, seconds


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
    parser.add_argument("--cpu", action="store_true", help="processor seconds instead of wall time")
    options = parser.parse_args(arguments)
    clock = time.process_time if options.cpu else time.perf_counter
    found, seconds = score_parts_of(options.models, options.parts, clock)
    threads = max((pool["num_threads"] for pool in threadpool_info()), default=1)
    each = seconds / options.models / options.parts
    sys.stdout.write(
        f"{options.parts} parts x {options.models} models x {len(found)} metrics, n={N_SAMPLES}, "
        f"d={N_FEATURES}, {threads} threads: {seconds:.1f} s, {1000 * each:.1f} ms each; all intervals "
        f"{time_intervals(found, clock):.2f} s\n"
    )


if __name__ == "__main__":
    main()
