"""Tiny models go through what runs large ones."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def dense_layers_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let oneDNN compute the smallest dense layers too, so that it is tested with every family."""
    monkeypatch.setattr("ptmrank_core.features.encoders.dense.MIN_WEIGHTS", 1)
