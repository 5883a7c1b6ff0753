"""The coefficients of curves on record, in ``curves.json`` beside this file.

``python -m tests.benchmarks.race FOLDER --write`` fits them to recorded curves and writes them there.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from ptmrank_core.prediction.curves import CurveCoefficients

__all__ = ["CURVES_FILE", "load_curve_coefficients"]

CURVES_FILE = Path(__file__).with_name("curves.json")


@cache
def load_curve_coefficients() -> CurveCoefficients:
    """Read the coefficients on record."""
    entry = json.loads(CURVES_FILE.read_text(encoding="utf-8"))
    return CurveCoefficients(**(entry | {"sets": tuple(entry["sets"])}))
