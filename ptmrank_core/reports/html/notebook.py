"""A run as a notebook shows it: the answer and the table, in the colours of the page around them."""

from __future__ import annotations

from html import escape

from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.html.answer import answer
from ptmrank_core.reports.html.blocks import Report
from ptmrank_core.reports.html.render import sentence_html, table_html
from ptmrank_core.reports.html.sections.ranking import SHOWN
from ptmrank_core.reports.tables.ranking import ranking_table
from ptmrank_core.reports.tables.run import missing_table

__all__ = ["notebook_html"]

# Colours are those of the text around, so that it can be read on a light page and on a dark one.
STYLE = """
.ptmrank table { border-collapse: collapse; font-variant-numeric: tabular-nums; color: inherit; }
.ptmrank th, .ptmrank td { padding: 0.25em 0.9em 0.25em 0; text-align: left; vertical-align: top;
  background: none; border: 0; border-bottom: 1px solid rgba(128, 128, 128, 0.35); }
.ptmrank th[scope="row"] { min-width: 12em; font-weight: 500; }
.ptmrank .number { text-align: right; white-space: nowrap; }
.ptmrank caption { text-align: left; opacity: 0.75; }
.ptmrank caption.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); }
.ptmrank .scroll { overflow-x: auto; margin: 0.5em 0; }
.ptmrank .basis { opacity: 0.75; }
"""


def notebook_html(result: RunResult, ranking: Ranking) -> str:
    """Write the answer of a run and its table, best model first; what has no score is folded below.

    Parameters
    ----------
    result, ranking
        The run and its ranking.

    Returns
    -------
    str
        A piece of a page, without scripts; every text that somebody else wrote is escaped.
    """
    heading = answer(Report(result, ranking))
    sentences = "".join(f"<p>{sentence_html(sentence)}</p>" for sentence in heading.sentences)
    basis = f'<p class="basis">{escape(heading.basis)}</p>' if heading.basis else ""
    table = ranking_table(result, ranking)
    shown = table.select({*SHOWN, *result.plan.metrics}).known()
    missing = missing_table(result, ranking)
    summary = f"<summary>{escape(missing.title)} ({len(missing.rows)})</summary>"
    folded = f"<details>{summary}{table_html(missing)}</details>" if missing.rows else ""
    headline = f"<p><strong>{sentence_html(heading.headline)}</strong></p>"
    return (
        f'<div class="ptmrank"><style>{STYLE}</style>{headline}{sentences}{basis}'
        f"{table_html(shown, is_captioned=False)}{folded}</div>"
    )
