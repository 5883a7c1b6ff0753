"""How well each metric agreed with fine-tuning on other data, from ``agreements.json`` beside this file.

``python -m tests.benchmarks.consensus ... --write`` measures the agreements on sets of ours and writes them
there; published tables are entered by hand.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ptmrank_core.records import PriorAgreement, PublishedAgreement, RegimeAgreement

__all__ = ["AGREEMENTS_FILE", "recorded_agreement", "say_agreement", "say_table", "shared_regimes"]

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


def say_agreement(prior: PriorAgreement) -> str:
    """Say how far a metric agreed with fine-tuning, in which situations, and where that stands."""
    authors = "; ".join(map(say_table, prior.by_authors))
    if prior.mean is None:
        alone = f"Compared with fine-tuning by its authors alone, which does not count: {authors}."
        return alone if authors else "Never compared with fine-tuning."
    spread = "" if prior.spread is None else f", give or take {prior.spread:.2f}"
    probed = f" ({len(prior.probed)} of them judged by a linear probe)" if prior.probed else ""
    sets = "1 set" if prior.n_sets == 1 else f"{prior.n_sets} sets"
    found = prior.by_regime
    regimes = "; ".join(
        f"{', '.join(together)} {own.mean:+.2f}"
        for together in shared_regimes([prior])
        if (own := found[together[0]]) is not None
    )
    tables = "; ".join(map(say_table, prior.published))
    return (
        f"Agreement with fine-tuning (weighted tau) {prior.mean:+.2f}{spread}, on {sets}{probed}:"
        f" {regimes}."
        f"{f' Published tables: {tables}.' if tables else ''}"
        f"{f' By its authors, not counted: {authors}.' if authors else ''}"
    )


def shared_regimes(priors: Sequence[PriorAgreement]) -> list[list[str]]:
    """Group the situations that rest on the same sets for all of these metrics."""
    together: dict[tuple[RegimeAgreement | None, ...], list[str]] = {}
    for regime in PriorAgreement().by_regime:
        together.setdefault(tuple(prior.by_regime[regime] for prior in priors), []).append(regime)
    return list(together.values())


def say_table(table: PublishedAgreement) -> str:
    """Say what a published table shows, and where it stands."""
    return f"{table.tau:+.2f} on {table.n_sets} sets x {table.n_models} models ({table.source})"
