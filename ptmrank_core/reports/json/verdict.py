"""The verdict of a run as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ptmrank_core.records import Verdict
from ptmrank_core.results.phrases import strip_bidi

__all__ = ["verdict_payload"]


def verdict_payload(verdict: Verdict) -> dict[str, Any]:
    """Build the JSON of a verdict; the marks that isolate names in its sentences are left out."""
    return {
        "kind": verdict.kind.value,
        "models": list(verdict.models),
        "sentences": [strip_bidi(sentence) for sentence in verdict.sentences],
        "measure": verdict.measure,
        "reached": dict(verdict.reached),
        "chance": verdict.chance,
        "expected": None if verdict.expected is None else asdict(verdict.expected),
        "expected_note": strip_bidi(verdict.expected_note),
        "next_step": strip_bidi(verdict.next_step),
    }
