"""References, as JSON."""

from __future__ import annotations

from typing import Any

from ptmrank_core.records import RunResult
from ptmrank_core.results.references import references_of

__all__ = ["references_payload"]


def references_payload(result: RunResult) -> dict[str, Any]:
    """Build the JSON of the references by name: what each is, what it reaches, and its scores.

    Returns
    -------
    dict
        For each reference ``title``, ``kind``, ``why``, ``of``; ``measure`` and ``value`` of its probe, or of
        its own predictions; ``scores`` by metric, ``problems`` by metric; ``n_features``, ``seconds``; and
        ``left_out``, why it was not computed. The losses of single samples stay with the run.
    """
    return {
        own.name: {
            "title": own.title,
            "kind": own.kind,
            "why": own.why,
            "of": own.of,
            "measure": own.measure,
            "value": own.value,
            "scores": dict(own.scores),
            "problems": dict(own.problems),
            "n_features": own.n_features,
            "seconds": own.seconds,
            "left_out": own.left_out,
        }
        for own in references_of(result)
    }
