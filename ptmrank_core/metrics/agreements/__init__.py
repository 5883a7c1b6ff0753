"""How well each metric agreed with fine-tuning on other data, from ``agreements.json`` beside this file.

``python -m tests.benchmarks.consensus ... --write`` measures the agreements on sets of ours and writes them
there; published tables are entered by hand.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ptmrank_core.records import PriorAgreement, PublishedAgreement

__all__ = ["AGREEMENTS_FILE", "recorded_agreement"]

AGREEMENTS_FILE = Path(__file__).with_name("agreements.json")
TABLES = ("published", "by_authors")


def recorded_agreement(metric: str) -> PriorAgreement:
    """Return what is on record of a metric; an empty record where nothing is.

    Parameters
    ----------
    metric
        Name of its default form.
    """
    entry = _records().get(metric, {})
    fields: dict[str, Any] = {
        kind: tuple(PublishedAgreement(**table) for table in own) if kind in TABLES else MappingProxyType(own)
        for kind, own in entry.items()
    }
    return PriorAgreement(**fields)


@cache
def _records() -> dict[str, dict[str, Any]]:
    records: dict[str, dict[str, Any]] = json.loads(AGREEMENTS_FILE.read_text(encoding="utf-8"))
    return records
