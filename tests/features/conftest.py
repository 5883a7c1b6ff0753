"""Tiny models go through what runs large ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ptmrank_core.config import Settings
from ptmrank_core.features import FeatureCache
from tests.features.readings import Door


@pytest.fixture(autouse=True)
def dense_layers_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let oneDNN compute the smallest dense layers too, so that it is tested with every family."""
    monkeypatch.setattr("ptmrank_core.features.encoders.dense.MIN_WEIGHTS", 1)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Extraction that remembers nothing."""
    with FeatureCache(Settings(home=tmp_path_factory.mktemp("home"))) as cache:
        yield Door(cache)
