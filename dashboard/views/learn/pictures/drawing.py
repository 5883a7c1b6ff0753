"""The picture of a metric on the page: the figure, its formula with live numbers, and a file to take away."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.components.chart import show_chart
from ptmrank_core.metrics import METRICS
from ptmrank_core.reports.figures.metric_pictures import Picture, View, draw_metric, is_of_one_class
from ptmrank_core.reports.html.pictures import picture_html

__all__ = ["ask_class", "draw_picture", "offer_file"]


def ask_class(metric: str, class_names: tuple[str, ...]) -> View:
    """Ask for the class that is looked at, where a picture shows one at a time."""
    if not is_of_one_class(metric):
        return View(class_names)
    chosen = st.selectbox(
        "Class",
        range(len(class_names)),
        format_func=lambda code: class_names[code],
        key="class-seen",
        bind="query-params",
        help="The picture shows one class at a time, against all others.",
    )
    return View(class_names, chosen or 0)


def draw_picture(metric: str, record: Any, view: View) -> Picture:
    """Draw what a metric sees, what to see there, and its formula with the numbers of these samples.

    Parameters
    ----------
    metric
        Name of a default form.
    record
        Its intermediate quantities.
    view
        Names of the classes.
    """
    picture = draw_metric(metric, record, view)
    words = picture.words
    show_chart(
        picture.figure,
        key=f"sees-{metric}",
        title=words.title,
        alt=words.alt,
        table=picture.table,
    )
    st.markdown(words.see)
    if words.left_out:
        st.caption(words.left_out)
    return picture


def offer_file(picture: Picture, samples: str) -> None:
    """Offer the picture as a file that opens without a network.

    Parameters
    ----------
    picture
        What is drawn.
    samples
        Of which samples, in one sentence.
    """
    title = METRICS[picture.metric].title
    st.download_button(
        "Picture as a page (HTML)",
        lambda: picture_html(picture, samples).encode(),
        f"{picture.metric}.html",
        "text/html",
        key=f"picture-{picture.metric}",
        icon=":material/download:",
        on_click="ignore",
        help=f"What {title} sees here, with its formula and numbers, in one file for a course: it can be "
        "zoomed into, saved as SVG, and needs no network. *As image* above makes SVG, PDF or PNG.",
    )
