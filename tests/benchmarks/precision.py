"""What half precision does to scores and rankings: ``python -m tests.benchmarks.precision``.

Every demo zoo is extracted in float32 and in half precision, and scored under the metrics that start out
ticked and N-LEEP's cheap variant. Printed for each metric: Kendall's tau-b between the two rankings of the
zoo, and by how much the scores moved, as a share of their spread over the zoo.

Expected: tau of 1, or one swapped pair of near-ties, since bfloat16 keeps three digits and pooling averages
over many positions; scores move by about a hundredth of their spread.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.stats import kendalltau

from ptmrank_core.benchmark import quick_metrics, score_cells
from ptmrank_core.catalogue import demo_models
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.data.builtin.demo import DEMO_SAMPLES
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.metrics import prepare_inputs
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples, Score

METRICS = (*quick_metrics(), "nleep:spherical")


def scores(samples: Samples, spec: ModelSpec, dtype: str, cache: FeatureCache) -> dict[str, float]:
    """Score one model in one precision: metric -> value."""
    features = extract(samples, spec, options=ExtractionOptions(dtype=dtype, device="cpu"), cache=cache)
    inputs = prepare_inputs(features.embeddings, labels=features.labels, source_logits=features.source_logits)
    cells = score_cells(spec.id, inputs, METRICS)
    return {cell.metric: cell.value for cell in cells if isinstance(cell, Score)}


def compare(source: str, dtype: str) -> list[str]:
    """Lines of the table for one demo zoo."""
    samples = load_samples(source)
    zoo = [spec for spec in demo_models() if spec.modality == samples.modality]
    with tempfile.TemporaryDirectory() as home, FeatureCache(Settings(Path(home))) as cache:
        found = {kind: [scores(samples, spec, kind, cache) for spec in zoo] for kind in ("float32", dtype)}
    lines = [f"{source}: {len(zoo)} models, float32 against {dtype}"]
    for metric in METRICS:
        pairs = [
            (exact[metric], half[metric])
            for exact, half in zip(found["float32"], found[dtype], strict=True)
            if metric in exact and metric in half
        ]
        exact, half = np.array(pairs).T
        tau = kendalltau(exact, half).statistic
        moved = np.abs(half - exact) / max(np.ptp(exact), 1e-12)
        lines.append(
            f"  {metric:18s} tau {tau:6.3f}  moved by {np.median(moved):.4f} of the spread (median), "
            f"{moved.max():.4f} (most), {len(pairs)} models"
        )
    return lines


def main() -> None:
    """Print the table of every demo zoo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dtype", default="bfloat16")
    options = parser.parse_args()
    for source in DEMO_SAMPLES:
        sys.stdout.write("\n".join(compare(source, options.dtype)) + "\n")


if __name__ == "__main__":
    main()
