"""Captions of figures: what is shown, of how many models and samples, by which metrics, how to read it."""

from __future__ import annotations

from collections.abc import Iterable

from ptmrank_core import __version__
from ptmrank_core.metrics import METRICS
from ptmrank_core.records.names import join_words
from ptmrank_core.reports.files.citations import OURS, cite_key
from ptmrank_core.reports.files.entry import PaperFigure
from ptmrank_core.reports.html.answer import answer
from ptmrank_core.reports.html.blocks import Report
from ptmrank_core.reports.tables.writers import plain_latex, plain_markdown
from ptmrank_core.results.phrases import strip_bidi

__all__ = ["caption_of", "latex_captions", "markdown_captions"]

HEAD = r"""% Captions of the figures of a run of PTMRank. They need graphicx; letters of other scripts need
% LuaLaTeX or XeLaTeX with a font that has them. Over two columns: figure* in place of figure, \textwidth in
% place of \columnwidth, and the folder two-column. The papers cited are in references.bib.
"""
# What captions have beside letters that every TeX knows.
SIGNS = str.maketrans(
    {
        "−": "$-$",
        "±": r"$\pm$",
        "×": r"$\times$",
        "τ": r"$\tau$",
        "²": "$^2$",
        "–": "--",
        "…": r"\ldots{}",
        "“": "``",
        "”": "''",
    }
)


def caption_of(figure: PaperFigure, report: Report) -> str:
    """Write the caption of a figure as plain text."""
    result = report.result
    titles = list(dict.fromkeys(METRICS[name].title for name in figure.metrics))
    program = result.environment.get("ptmrank", __version__)
    sentences = [
        f"{figure.shows}.",
        figure.reading,
        f"Metrics: {join_words(titles)}." if len(titles) > 1 else "",
        answer(report).basis,
        f"PTMRank {program}, run {result.plan.run_id[:8]}, {result.plan.created_at[:10]}.",
    ]
    return strip_bidi(" ".join(filter(None, sentences)))


def markdown_captions(figures: Iterable[PaperFigure], report: Report) -> str:
    """Write the captions as Markdown, a heading for each figure."""
    blocks = ["# Captions", ""]
    for figure in figures:
        blocks += [f"## {figure.name}", "", plain_markdown(caption_of(figure, report)), ""]
        if figure.metrics:
            papers = dict.fromkeys(METRICS[name].reference for name in figure.metrics)
            blocks += ["Papers of the metrics: " + plain_markdown("; ".join(papers)) + ".", ""]
    return "\n".join(blocks)


def latex_captions(figures: Iterable[PaperFigure], report: Report) -> str:
    """Write a LaTeX figure for each figure, with its caption and citations."""
    return "\n".join([HEAD, *(_latex(figure, report) for figure in figures)])


def _latex(figure: PaperFigure, report: Report) -> str:
    keys = list(dict.fromkeys([*map(cite_key, figure.metrics), OURS]))
    caption = plain_latex(caption_of(figure, report)).translate(SIGNS)
    return "\n".join(
        [
            r"\begin{figure}",
            r"\centering",
            rf"\includegraphics[width=\columnwidth]{{figures/one-column/{figure.name}.pdf}}",
            rf"\caption{{{caption}~\cite{{{','.join(keys)}}}}}",
            rf"\label{{fig:{figure.name}}}",
            r"\end{figure}",
            "",
        ]
    )
