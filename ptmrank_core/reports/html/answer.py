"""The answer at the top of the report: the verdict, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from ptmrank_core.reports.html.blocks import Report
from ptmrank_core.results.phrases import plural, say_targets
from ptmrank_core.results.verdict import verdict_of

__all__ = ["Answer", "answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands at the top of the report.

    Parameters
    ----------
    headline, sentences
        The verdict: its first sentence, and what qualifies it.
    basis
        What was ranked on what, in small print; empty where nothing was.
    """

    headline: str
    sentences: tuple[str, ...]
    basis: str


def answer(report: Report) -> Answer:
    """Say the verdict, and what it rests on."""
    headline, *others = verdict_of(report.result, report.ranking).sentences
    return Answer(headline, tuple(others), _basis(report))


def _basis(report: Report) -> str:
    result, ranking = report.result, report.ranking
    if not ranking.order:
        return ""
    n_metrics = plural(len(ranking.metrics_used), "metric")
    how = f"by the vote of {n_metrics}" if ranking.votes else f"by their mean rank over {n_metrics}"
    return (
        f"{plural(len(ranking.order), 'pre-trained model')} ranked on"
        f" {plural(result.samples.n_samples, 'sample')} {say_targets(result.samples)}, {how}."
    )
