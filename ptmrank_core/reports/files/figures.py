"""The figures of a run that may stand in a paper: those of the report, and those of its sections.

Where a page lets the reader choose what a figure shows, the page's first choice is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import TypeAlias

from ptmrank_core.records import Ranking
from ptmrank_core.reports.files.closer import (
    control_figures,
    layer_figures,
    metric_figures,
    pair_figures,
    place_figures,
    sample_figures,
    size_figures,
    truth_figures,
)
from ptmrank_core.reports.files.entry import PaperFigure
from ptmrank_core.reports.html.blocks import Chart, Grid, Report, Section, SectionMaker, Text
from ptmrank_core.reports.html.sections.agreement import agreement_section
from ptmrank_core.reports.html.sections.cost import worth_section
from ptmrank_core.reports.html.sections.embeddings import embeddings_section
from ptmrank_core.reports.html.sections.evidence import truths_section
from ptmrank_core.reports.html.sections.intervals import certainty_section
from ptmrank_core.reports.html.sections.race import race_section
from ptmrank_core.reports.html.sections.ranking import order_section

__all__ = ["figures_of"]

FigureMaker: TypeAlias = Callable[[Report], Iterator[PaperFigure]]


def _voters(ranking: Ranking) -> tuple[str, ...]:
    return ranking.metrics_used


def _scored(ranking: Ranking) -> tuple[str, ...]:
    return tuple(ranking.per_metric)


def _none(ranking: Ranking) -> tuple[str, ...]:
    del ranking
    return ()


# Section of the report -> the metrics that its figures show.
SECTIONS: MappingProxyType[SectionMaker, Callable[[Ranking], tuple[str, ...]]] = MappingProxyType(
    {
        order_section: _scored,
        certainty_section: _voters,
        race_section: _none,
        agreement_section: _scored,
        embeddings_section: _none,
        truths_section: _scored,
        worth_section: _voters,
    }
)
CLOSER: tuple[FigureMaker, ...] = (
    place_figures,
    metric_figures,
    pair_figures,
    truth_figures,
    control_figures,
    size_figures,
    layer_figures,
    sample_figures,
)


def figures_of(report: Report) -> list[PaperFigure]:
    """Draw every figure that a run has, the most important first.

    Parameters
    ----------
    report
        The run. Without its samples there are no embeddings and no pairs of classes.
    """
    figures: list[PaperFigure] = []
    for make, metrics_of in SECTIONS.items():
        if (section := make(report)) is not None:
            figures += _of_section(section, metrics_of(report.ranking))
    for make_figures in CLOSER:
        figures += make_figures(report)
    return figures


def _of_section(section: Section, metrics: tuple[str, ...]) -> list[PaperFigure]:
    """Take the figures out of a section; its first text tells how to read those that have no caption."""
    charts: list[Chart] = []
    for block in section.blocks:
        if isinstance(block, Chart):
            charts.append(block)
        elif isinstance(block, Grid):
            charts += block.charts
    text = next((block.text for block in section.blocks if isinstance(block, Text)), "")
    names = [section.key] if len(charts) == 1 else [f"{section.key}-{n}" for n in range(1, len(charts) + 1)]
    return [
        PaperFigure(name, chart.figure, chart.alt, _reading(chart, text), metrics)
        for name, chart in zip(names, charts, strict=True)
    ]


def _reading(chart: Chart, text: str) -> str:
    """Say how to read a figure: by its caption, else as its section says."""
    caption = chart.caption.strip()
    if not caption:
        return text
    return caption if caption.endswith((".", "?", "!")) else f"{caption}."
