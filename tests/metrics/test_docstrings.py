"""The examples in the docstrings run."""

from __future__ import annotations

import doctest
import importlib

import pytest

from ptmrank_core.metrics import METRICS

MODULES = (
    *dict.fromkeys(f"ptmrank_core.metrics.{name.split(':')[0]}" for name in METRICS),
    "ptmrank_core.metrics.numerics.bhattacharyya",
    "ptmrank_core.projection.linear",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    """Every module of a metric has an example, and it gives what it says."""
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.attempted > 0
    assert outcome.failed == 0
