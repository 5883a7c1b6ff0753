"""Fixtures of the tests of the verdict."""

from __future__ import annotations

import pytest

from ptmrank_core.records import Prediction
from ptmrank_core.results.verdict import facts


@pytest.fixture(autouse=True)
def _nothing_predicted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Predict nothing, so that sentences do not change with coefficients that are learnt again."""
    monkeypatch.setattr(facts, "prediction_of", lambda *_: Prediction())
