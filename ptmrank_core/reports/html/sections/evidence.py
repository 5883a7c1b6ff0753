"""The metrics compared with results of fine-tuning and of the probe."""

from __future__ import annotations

from ptmrank_core.records import IMPORTED
from ptmrank_core.reports.figures.evidence import correlation_figure
from ptmrank_core.reports.html.blocks import Block, Chart, Listing, Report, Section, Text
from ptmrank_core.results.evidence import TRUTH_TITLES, evidence_of, measure_title, truths_of
from ptmrank_core.results.trust import match_of, say_evidence, say_match

__all__ = ["truths_section"]

CORRELATION = "weighted_tau"
FIGURE_WIDTH = 560


def truths_section(report: Report) -> Section | None:
    """Draw how well every metric follows each truth that is known, the strongest evidence first."""
    truths, by_truth = truths_of(report.result), evidence_of(report.result, report.ranking)
    blocks: list[Block] = []
    for name, truth in truths.items():
        if not any(evidence.correlations[CORRELATION] is not None for evidence in by_truth[name].values()):
            continue
        caption = f"{TRUTH_TITLES[name]}: weighted τ with {measure_title(truth)}."
        chart = Chart(
            correlation_figure(by_truth[name], CORRELATION),
            alt=f"Weighted tau of every metric with {measure_title(truth)} ({TRUTH_TITLES[name]})",
            caption=" ".join([caption, *truth.notes]),
            min_width=FIGURE_WIDTH,
        )
        if name == IMPORTED and (match := match_of(report.result)) is not None:
            blocks.append(Listing(tuple(say_match(match))))
        blocks += [Text(f"{TRUTH_TITLES[name]}. {say_evidence(by_truth[name], truth)}"), chart]
    if not blocks:
        return None
    text = Text(
        "How well the order of each metric follows what is known of the models, 1 for the same order; the "
        "lines are intervals over models."
    )
    return Section("truths", "Do the metrics agree with the truth?", (text, *blocks))
