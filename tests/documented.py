"""The packages whose documentation is ``demo:docstrings``: other versions of them give other texts."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest

__all__ = ["DOCSTRINGS_TRUTH", "needs_versions_on_record"]

DOCSTRINGS_TRUTH = Path(__file__).parents[1] / "assets" / "demo" / "docstrings" / "truth.json"
DISTRIBUTIONS = ("numpy", "pandas", "scipy", "scikit-learn", "torch")


def _are_those_on_record() -> bool:
    """Whether the truth was recorded with the installed versions; how torch was built plays no part."""
    recorded = json.loads(DOCSTRINGS_TRUTH.read_text(encoding="utf-8"))["made_with"]
    return all(version(name).split("+")[0] == recorded[name].split("+")[0] for name in DISTRIBUTIONS)


needs_versions_on_record = pytest.mark.skipif(
    not _are_those_on_record(),
    reason="other versions of the packages are installed than the truth was recorded with",
)
