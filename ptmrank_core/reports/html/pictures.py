"""The picture of one metric as a page of its own, for a course: self-contained, without a network."""

from __future__ import annotations

from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.figures.metric_pictures import Picture
from ptmrank_core.reports.figures.style.theme import least_width_of
from ptmrank_core.reports.html.blocks import Block, Chart, Code, Section, TableBlock, Text
from ptmrank_core.reports.html.page import Head, page_html

__all__ = ["picture_html"]


def picture_html(picture: Picture, samples: str) -> str:
    """Write the picture of a metric with its formula, the numbers put in, and its table.

    Parameters
    ----------
    picture
        What was drawn.
    samples
        Which samples these are, in one sentence.

    Returns
    -------
    str
        HTML with its style, its script, plotly.js and all data inside; it asks no network. Formulas stand in
        LaTeX, ready for slides.
    """
    spec, words = METRICS[picture.metric], picture.words
    notes = [Text(words.left_out, is_note=True)] if words.left_out else []
    blocks: list[Block] = [
        Chart(picture.figure, words.alt, words.see, least_width_of(picture.figure)),
        *notes,
        TableBlock(picture.table(), folded="The same as numbers"),
    ]
    formulas: list[Block] = [
        Text(spec.formula.meaning),
        Text("In LaTeX, for slides: the formula, and the same with the numbers of these samples."),
        Code(spec.formula.latex),
        Code(picture.live_formula),
        Text(f"Paper: {spec.reference}.", is_note=True),
    ]
    sections = [
        Section("picture", words.title, tuple(blocks)),
        Section("formula", f"How {spec.title} is computed", tuple(formulas)),
    ]
    head = Head("Transferability metrics", f"What {spec.title} sees", (spec.idea,), samples)
    return page_html(head, sections, "PTMRank, the Learn page.")
