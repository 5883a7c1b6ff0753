"""Inputs on which a score is rebuilt from its record: of ordinary and of odd shapes, and the golden ones."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core.metrics import MetricInputs, compute, metric_intermediates, prepare_inputs
from tests.metrics.conftest import make_toy

__all__ = ["INPUTS", "TARGETS", "inputs_of", "record_of"]

SHAPES = {
    "more samples than features": (90, 12, 4),
    "fewer samples than features": (40, 100, 4),
    "two classes": (50, 8, 2),
    "two classes, fewer samples than features": (12, 40, 2),
    "a hundred classes": (300, 20, 100),
    "one feature": (60, 1, 3),
}
GOLDEN = Path(__file__).parent.parent / "golden"
RECORDED = tuple(sorted(path.stem for path in GOLDEN.glob("*.npz")))
INPUTS = (*SHAPES, *(name for name in RECORDED if name.startswith(("cls", "real"))))
"""Names of inputs with classes."""
TARGETS = tuple(name for name in RECORDED if name.startswith(("reg", "multi")))
"""Names of inputs with real or multi-label targets."""


@cache
def inputs_of(case: str) -> MetricInputs:
    """Everything that a metric can ask for; golden inputs get the source head that they lack."""
    if case in SHAPES:
        return prepare_inputs(**make_toy(*SHAPES[case]).arrays())
    with np.load(GOLDEN / f"{case}.npz") as arrays:
        given = dict(arrays)
    if "source_logits" not in given and "source_probs" not in given:
        given["source_logits"] = np.random.default_rng(3).normal(size=(len(given["embeddings"]), 9))
    return prepare_inputs(**given)


def record_of(metric: str, case: str) -> tuple[Any, float]:
    """The record of a metric, and the score that it has to give."""
    inputs = inputs_of(case)
    return metric_intermediates(metric, inputs), compute(metric, inputs).value
