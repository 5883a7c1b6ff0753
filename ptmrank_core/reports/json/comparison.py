"""Runs compared, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ptmrank_core.results.comparison import Comparison, SeveralRuns, comparison_sentence, several_sentence

__all__ = ["comparison_payload", "several_payload"]


def comparison_payload(comparison: Comparison) -> dict[str, Any]:
    """Build the JSON of a comparison."""
    payload = asdict(comparison)
    payload["moves"] = [asdict(move) | {"change": move.change} for move in comparison.moves]
    return payload | {"sentence": comparison_sentence(comparison)}


def several_payload(several: SeveralRuns) -> dict[str, Any]:
    """Build the JSON of a comparison of several runs."""
    return asdict(several) | {"sentence": several_sentence(several)}
