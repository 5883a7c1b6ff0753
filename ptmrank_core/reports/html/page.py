"""The report as one self-contained HTML file."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
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

__all__ = ["Head", "html_report", "page_html"]

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
    run, planned = escape(result.plan.run_id), escape(result.plan.created_at)
    head = Head("Which pre-trained model to fine-tune", heading.headline, heading.sentences, heading.basis)
    return page_html(head, sections, f"PTMRank, run <bdi>{run}</bdi>, planned {planned}.")


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the sections of a page.

    Parameters
    ----------
    kind
        What sort of page it is.
    headline
        Its main sentence.
    sentences, basis
        What stands below, the last in small print; names in them carry marks of direction.
    """

    kind: str
    headline: str
    sentences: Sequence[str] = ()
    basis: str = ""


def page_html(head: Head, sections: Sequence[Section], origin: str) -> str:
    """Write a self-contained page.

    Parameters
    ----------
    head, sections
        What stands on it.
    origin
        Where it comes from, for its last line: HTML.

    Returns
    -------
    str
        HTML with its style, its script, plotly.js and all data inside, and a policy as of
        :func:`html_report`.
    """
    plotly, script = get_plotlyjs(), _script()
    return _template().substitute(
        policy=_policy(plotly, script),
        title=escape(strip_bidi(head.headline)),
        style=_read("style.css"),
        kind=escape(head.kind),
        headline=sentence_html(head.headline),
        sentences="\n".join(f"<p>{sentence_html(sentence)}</p>" for sentence in head.sentences),
        basis=f'<p class="basis">{escape(head.basis)}</p>' if head.basis else "",
        contents=_contents(sections),
        sections="\n".join(section_html(section) for section in sections),
        origin=origin,
        plotly=plotly,
        script=script,
    )


def _contents(sections: Sequence[Section]) -> str:
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
