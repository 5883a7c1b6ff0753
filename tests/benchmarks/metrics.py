"""Seconds and memory of every metric, in units of one Gram matrix and its eigen-decomposition.

    python -m tests.benchmarks.metrics [--size SIZE] [--metrics NAMES] [--repeats N] [--cpu]

Aims, for the medium size (n=5000, d=1024, C=100, 1,000 source classes, float32) on two cores: LogME, LEEP,
NCE, H-Score, GBC, TransRate, SFDA, ETran, PED and EMMS together within 3.5 units, PACTran (Gaussian,
converged) within 6, N-LEEP and WDJE within 12 each, all thirteen within 7 s. The seconds of all metrics sum
to the wall time of scoring within 5 %. Peak memory of those ten, above the prepared inputs: at most twice the
float64 features, six matrices of side min(n, d) and one float64 copy of the source logits.

The inputs are prepared once. ``seconds`` of a metric includes what it was the first to compute of the
shared statistics, so the order matters: the ten come first, and pay for the decomposition. Of several
passes, and of the units measured before and after each, the best counts: others may be at work on the
machine. Where they keep it busy, ``--cpu`` with OMP_NUM_THREADS=1 counts processor seconds. Memory comes
from a last pass under tracemalloc, which sees every array of numpy and scipy but not the buffers inside
BLAS: ``peak`` is counted above the prepared inputs and includes what earlier metrics left in the shared
statistics, ``own`` is counted above what was there when the metric began.
"""

from __future__ import annotations

import argparse
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_info

from ptmrank_core.metrics import (
    METRICS,
    MetricInputs,
    compute,
    default_metrics,
    inapplicable_reason,
    prepare_inputs,
    resolve_metrics,
)

Clock: TypeAlias = Callable[[], float]

MIB = 2**20
N_SOURCE_CLASSES = 1000
N_REFERENCE = 1000
ENCODERS = (3, 512)
TEN = ("logme", "leep", "nce", "hscore", "gbc", "transrate", "sfda", "etran", "ped", "emms")
# Minutes, and a matrix of n x n distances, at the largest size: asked for by name only.
SLOW = frozenset({"nleep", "wdje"})


@dataclass(frozen=True)
class Size:
    """How many samples, features and classes."""

    n_samples: int
    n_features: int
    n_classes: int


SIZES = {
    "medium": Size(5000, 1024, 100),
    "small": Size(1000, 768, 10),
    "wide": Size(200, 2048, 5),
    "long": Size(50_000, 768, 100),
}


@dataclass(frozen=True)
class Row:
    """What one metric took; bytes above the prepared inputs, and above what was there when it began."""

    name: str
    seconds: float
    peak_bytes: int
    own_bytes: int


def make_arrays(size: Size) -> dict[str, Any]:
    """Draw float32 features of classes in a decaying spectrum, and what single metrics need besides."""
    rng = np.random.default_rng(0)
    n, d, c = size.n_samples, size.n_features, size.n_classes
    labels = rng.permutation(np.arange(n) % c)
    scales = np.logspace(0, -1, d, dtype=np.float32)
    means = 0.3 * scales * rng.standard_normal((c, d), dtype=np.float32)
    features = means[labels] + scales * rng.standard_normal((n, d), dtype=np.float32)
    head = rng.standard_normal((d, N_SOURCE_CLASSES), dtype=np.float32) / np.float32(np.sqrt(d))
    return {
        "embeddings": features,
        "labels": labels,
        "source_logits": 3 * features @ head,
        "reference_embeddings": scales * rng.standard_normal((N_REFERENCE, d), dtype=np.float32),
        "label_embeddings": rng.standard_normal((ENCODERS[0], c, ENCODERS[1]), dtype=np.float32),
        "source_embeddings": scales * rng.standard_normal((n, d), dtype=np.float32),
        "source_labels": rng.permutation(labels),
        "source_error": 0.2,
        "target_error": 0.9,
    }


def time_unit(features: NDArray[np.float64], clock: Clock) -> float:
    """Seconds of one Gram matrix on the smaller side and its ``eigh``."""
    start = clock()
    wide = features.shape[0] < features.shape[1]
    gram = features @ features.T if wide else features.T @ features
    np.linalg.eigh(gram)
    return clock() - start


def time_metrics(names: Sequence[str], inputs: MetricInputs, clock: Clock) -> tuple[list[float], float]:
    """Seconds of each metric over one shared decomposition, and those of all."""
    seconds = []
    begun = clock()
    for name in names:
        start = clock()
        compute(name, inputs)
        seconds.append(clock() - start)
    return seconds, clock() - begun


def trace_metrics(names: Sequence[str], inputs: MetricInputs) -> list[tuple[int, int]]:
    """Peak bytes of each metric, above the inputs and above what was there when it began."""
    peaks = []
    tracemalloc.start()
    for name in names:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        compute(name, inputs)
        peak = tracemalloc.get_traced_memory()[1]
        peaks.append((peak, peak - before))
    tracemalloc.stop()
    return peaks


def choose(size: str, wanted: str | None, inputs: MetricInputs) -> list[str]:
    """Names to measure, the ten first: those asked for, else the default forms, at long the fast ones."""
    names = resolve_metrics(wanted) if wanted else default_metrics()
    if not wanted and size == "long":
        names = tuple(name for name in names if name not in SLOW)
    names = tuple(sorted(names, key=lambda name: name not in TEN))
    return [
        name for name in names if inapplicable_reason(METRICS[name], inputs.available, inputs.task) is None
    ]


def table(rows: Sequence[Row], unit: float, size: Size) -> str:
    """Markdown: one line for each metric, one for the ten of the aim, one for all."""
    features = 8 * size.n_samples * size.n_features
    lines = [
        "| metric | seconds | units | peak MiB | own MiB | own / float64 features |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    ten = [row for row in rows if row.name in TEN]
    for name, part in [*((row.name, [row]) for row in rows), ("of the ten", ten), ("all", rows)]:
        seconds = sum(row.seconds for row in part)
        peak = max((row.peak_bytes for row in part), default=0)
        own = max((row.own_bytes for row in part), default=0)
        lines.append(
            f"| {name} | {seconds:.3f} | {seconds / unit:.2f} | {peak / MIB:.0f} | {own / MIB:.0f}"
            f" | {own / features:.2f} |"
        )
    return "\n".join(lines)


def report(name: str, wanted: str | None, repeats: int, clock: Clock) -> str:
    """Measure one size and write down what was found."""
    size = SIZES[name]
    arrays = make_arrays(size)
    inputs = prepare_inputs(**arrays)
    names = choose(name, wanted, inputs)
    time_unit(inputs.embeddings, clock)  # the first call of a process pays for the threads
    units, passes, walls = [time_unit(inputs.embeddings, clock)], [], []
    for _ in range(repeats):
        seconds, wall = time_metrics(names, inputs, clock)
        passes.append(seconds)
        walls.append(wall)
        units.append(time_unit(inputs.embeddings, clock))
        inputs = prepare_inputs(**arrays)
    uncounted = max(1 - sum(seconds) / wall for seconds, wall in zip(passes, walls, strict=True))
    peaks = trace_metrics(names, inputs)
    best = [min(found) for found in zip(*passes, strict=True)]
    rows = [Row(n, s, *p) for n, s, p in zip(names, best, peaks, strict=True)]
    side = min(size.n_samples, size.n_features)
    allowed = 8 * (2 * size.n_samples * size.n_features + 6 * side**2 + size.n_samples * N_SOURCE_CLASSES)
    threads = max((pool["num_threads"] for pool in threadpool_info()), default=1)
    return "\n".join(
        [
            f"{name}: {size}, float32; {threads} threads",
            f"unit (Gram + eigh), before and after every pass: {', '.join(f'{u:.3f}' for u in units)} s",
            f"a pass {min(walls):.3f} s, at most {uncounted:.1%} of it not in any metric's seconds",
            f"memory aim of the ten {allowed / MIB:.0f} MiB",
            "",
            table(rows, min(units), size),
            "",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of one size."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.metrics")
    parser.add_argument("--size", choices=sorted(SIZES), default="medium")
    parser.add_argument("--metrics", help="names, or all; default: the default forms without slow ones")
    parser.add_argument("--repeats", type=int, default=1, help="passes over fresh inputs; the best counts")
    parser.add_argument("--cpu", action="store_true", help="processor seconds instead of those on the wall")
    options = parser.parse_args(arguments)
    clock = time.process_time if options.cpu else time.perf_counter
    sys.stdout.write(report(options.size, options.metrics, options.repeats, clock))


if __name__ == "__main__":
    main()
