"""All kinds of input by name, and which kind each input of a campaign is."""

from __future__ import annotations

from collections.abc import Mapping

from tests.hardening.inputs import Kind
from tests.hardening.kinds import (
    archives,
    arrays,
    books,
    checkpoints,
    columnar,
    databases,
    delimited,
    json_tables,
    pictures,
    recordings,
    repositories,
    texts_of_runs,
)

__all__ = ["KINDS", "shares"]

MODULES = (
    delimited, json_tables, archives, pictures, recordings, columnar, books, arrays, texts_of_runs,
        databases, repositories,
    checkpoints,
)  # fmt: skip
KINDS: Mapping[str, Kind] = {kind.name: kind for module in MODULES for kind in module.KINDS}


def shares(n_inputs: int) -> dict[str, int]:
    """Share out a number of inputs over all kinds by their weights; each has at least one."""
    total = sum(kind.weight for kind in KINDS.values())
    return {name: max(1, round(n_inputs * kind.weight / total)) for name, kind in KINDS.items()}
