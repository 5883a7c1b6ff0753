"""The report as one self-contained HTML file."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

from plotly.offline import get_plotlyjs

from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.style.rank_colours import IN_THE_DARK
from ptmrank_core.reports.figures.style.theme import INK, PLOTLY_CONFIG
from ptmrank_core.reports.html.answer import answer
from ptmrank_core.reports.html.blocks import Picture, Report, Section
from ptmrank_core.reports.html.render import section_html, sentence_html
from ptmrank_core.reports.html.sections import SECTIONS
from ptmrank_core.results.phrases import strip_bidi

__all__ = ["html_report"]

FOLDER = Path(__file__).parent


def html_report(result: RunResult, ranking: Ranking, picture: Picture | None = None) -> str:
    """Write the report of a run.

    Parameters
    ----------
    result, ranking
        The run and its ranking.
    picture
        For the embedding view; ``None`` to leave it out.

    Returns
    -------
    str
        HTML with its style, its script, plotly.js and all data inside. Its policy forbids every connection
        and every script but those two, which it names by their digests.
    """
    report = Report(result, ranking, picture)
    sections = [section for make in SECTIONS if (section := make(report)) is not None]
    heading = answer(report)
    plotly, script = get_plotlyjs(), _script()
    return _template().substitute(
        policy=_policy(plotly, script),
        title=escape(strip_bidi(heading.headline)),
        style=_read("style.css"),
        headline=sentence_html(heading.headline),
        sentences="\n".join(f"<p>{sentence_html(sentence)}</p>" for sentence in heading.sentences),
        basis=f'<p class="basis">{escape(heading.basis)}</p>' if heading.basis else "",
        contents=_contents(sections),
        sections="\n".join(section_html(section) for section in sections),
        run=escape(result.plan.run_id),
        planned=escape(result.plan.created_at),
        plotly=plotly,
        script=script,
    )


def _contents(sections: list[Section]) -> str:
    return "".join(f'<li><a href="#{escape(s.key)}">{escape(s.title)}</a></li>' for s in sections)


@lru_cache(maxsize=1)
def _template() -> Template:
    return Template(_read("template.html"))


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _script() -> str:
    """Fill in what the script shares with the figures."""
    shared = json.dumps({"ink": INK, "dark": dict(IN_THE_DARK), "config": PLOTLY_CONFIG})
    return f"const SHARED = {shared};\n{_read('figures.js')}"


def _policy(*scripts: str) -> str:
    """Allow what is in the file and nothing else; plotly.js sets styles, and saves pictures as blobs."""
    digests = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
