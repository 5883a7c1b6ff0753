"""The coefficients on record, in ``coefficients.json`` beside this file.

``python -m tests.benchmarks.consensus FOLDER ... --write`` fits them to the sets with real fine-tuning and
writes them there.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from ptmrank_core.prediction.model import Coefficients

__all__ = ["COEFFICIENTS_FILE", "load_coefficients"]

COEFFICIENTS_FILE = Path(__file__).with_name("coefficients.json")


@cache
def load_coefficients() -> Coefficients:
    """Read the coefficients on record."""
    entry = json.loads(COEFFICIENTS_FILE.read_text(encoding="utf-8"))
    entry["covariance"] = tuple(tuple(row) for row in entry["covariance"])
    return Coefficients(**entry)
