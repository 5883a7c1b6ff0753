"""Values that the original authors' code returned on recorded inputs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.metrics import compute, prepare_inputs

FOLDER = Path(__file__).parent / "golden"
GOLDEN = json.loads((FOLDER / "golden.json").read_text())


@pytest.mark.parametrize(
    ("case", "metric"),
    [(case, metric) for case, entry in GOLDEN.items() for metric in entry["expected"]],
)
def test_value_of_the_original(case: str, metric: str) -> None:
    """A metric returns what its original returned, within the tolerance recorded with it."""
    with np.load(FOLDER / f"{case}.npz") as arrays:
        inputs = prepare_inputs(**arrays)
    expected = GOLDEN[case]["expected"][metric]
    assert inputs.task == GOLDEN[case]["task"]
    name, _, component = metric.partition(".")
    output = compute(name, inputs)
    found = output.components[component] if component else output.value
    assert abs(found - expected["value"]) <= expected["atol"] + expected["rtol"] * abs(expected["value"])
