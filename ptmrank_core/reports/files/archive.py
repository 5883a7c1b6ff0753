"""Everything of a run that goes into a paper, as one zip."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from ptmrank_core.config import Settings
from ptmrank_core.reports.exports import Export, zip_files
from ptmrank_core.reports.figures.style.escaping import plain_figure
from ptmrank_core.reports.figures.style.paper import COLUMN_MM, paper_figure
from ptmrank_core.reports.files.captions import latex_captions, markdown_captions
from ptmrank_core.reports.files.citations import bibtex
from ptmrank_core.reports.files.drawing import SECONDS, draw
from ptmrank_core.reports.files.entry import PaperFigure
from ptmrank_core.reports.files.figures import figures_of
from ptmrank_core.reports.html import html_report
from ptmrank_core.reports.html.blocks import Report
from ptmrank_core.reports.tables.run import run_tables
from ptmrank_core.reports.tables.writers import csv_text
from ptmrank_core.results.phrases import plural

__all__ = ["FigureZip", "figure_zip"]

COLUMNS: MappingProxyType[Literal[1, 2], str] = MappingProxyType({1: "one-column", 2: "two-column"})
CONTENTS = """# Figures of a run of PTMRank

Run {run} of {date}: {figures}.

- `figures/one-column/`, `figures/two-column/`: each figure as SVG, PDF and PNG (300 dpi), {one} and {two} mm
  wide, in black ink on white
- `captions.tex`: a LaTeX figure for each, with its caption and citations; `captions.md`: the same as Markdown
- `references.bib`: the papers of the metrics
- `plotly/`: each figure as JSON of Plotly, to change it
- `tables/`: the numbers of the run as CSV
"""
INSTEAD = """
{problem}
In place of what is missing: `report.html` has the figures, to be seen in any browser without a network; its
toolbar saves each of them as SVG.
"""


@dataclass(frozen=True, eq=False, slots=True)
class FigureZip:
    """The zip, and what is missing in it.

    Parameters
    ----------
    content
        The file.
    n_figures
        How many figures the run has.
    problem
        Why some are not drawn, and what to do about it; empty where all are.
    """

    content: bytes
    n_figures: int
    problem: str = ""


def figure_zip(export: Export, settings: Settings, *, seconds: float = SECONDS) -> FigureZip:
    """Draw every figure of a run for print, and write its captions and the papers to cite.

    Parameters
    ----------
    export
        The run. Without its samples there are no embeddings and no pairs of classes.
    settings
        Of the process that draws.
    seconds
        What drawing may take; figures that are not drawn by then are left out, and said to be.

    Returns
    -------
    FigureZip
        The same run gives the same names; where no figure can be drawn, the zip has all but the drawings.
    """
    report = Report(export.result, export.ranking, export.picture)
    figures = figures_of(report)
    drawn = draw(_for_print(figures), settings, seconds=seconds)
    files = {
        "README.md": _contents(report, figures, drawn.problem).encode(),
        "captions.md": markdown_captions(figures, report).encode(),
        "captions.tex": latex_captions(figures, report).encode(),
        "references.bib": bibtex(_metrics(report, figures)).encode(),
        **{f"figures/{name}": content for name, content in drawn.files.items()},
        **{f"plotly/{figure.name}.json": _json(figure) for figure in figures},
        **_tables(export),
    }
    if drawn.problem:
        files["report.html"] = html_report(export.result, export.ranking, export.picture).encode()
    return FigureZip(zip_files(files), len(figures), drawn.problem)


def _for_print(figures: Sequence[PaperFigure]) -> dict[str, dict[str, Any]]:
    """Lay every figure out for one column and for two; texts of others are escaped."""
    return {
        f"{folder}/{figure.name}": plain_figure(paper_figure(figure.figure, columns=columns))
        for figure in figures
        for columns, folder in COLUMNS.items()
    }


def _metrics(report: Report, figures: Sequence[PaperFigure]) -> list[str]:
    """Name the metrics whose papers are needed: those that a figure shows, and those that scored."""
    return list(
        dict.fromkeys([*report.ranking.per_metric, *(name for one in figures for name in one.metrics)])
    )


def _contents(report: Report, figures: Sequence[PaperFigure], problem: str) -> str:
    plan = report.result.plan
    text = CONTENTS.format(
        run=plan.run_id,
        date=plan.created_at[:10],
        figures=plural(len(figures), "figure"),
        one=COLUMN_MM[1],
        two=COLUMN_MM[2],
    )
    return text + (INSTEAD.format(problem=problem) if problem else "")


def _json(figure: PaperFigure) -> bytes:
    return (json.dumps(plain_figure(figure.figure), indent=1) + "\n").encode()


def _tables(export: Export) -> dict[str, bytes]:
    tables = run_tables(export.result, export.ranking)
    return {f"tables/{table.name}.csv": csv_text(table).encode() for table in tables}
