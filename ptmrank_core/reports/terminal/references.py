"""References below the ranking, for a terminal."""

from __future__ import annotations

from ptmrank_core.records import RunResult
from ptmrank_core.reports.terminal.columns import align, say_number
from ptmrank_core.results.references import left_out_sentences, references_of

__all__ = ["references_text"]


def references_text(result: RunResult) -> list[str]:
    """Table of the references, and which are missing and why; nothing where there are none."""
    shown = [own for own in references_of(result) if own.value is not None or own.scores]
    metrics = [name for name in result.plan.metrics if any(name in own.scores for own in shown)]
    parts = []
    if shown:
        table = [["reference, not ranked", "why", "under the probe", *metrics, "seconds"]]
        table += [
            [
                own.title,
                own.why,
                f"{own.measure} {own.value:.3f}" if own.value is not None else "-",
                *(say_number(own.scores.get(name)) for name in metrics),
                say_number(own.seconds),
            ]
            for own in shown
        ]
        parts.append(align(table))
    left_out = left_out_sentences(result)
    return [*parts, "\n".join(f"left out: {sentence}" for sentence in left_out)] if left_out else parts
