"""Results for a projector: five slides in large letters, one idea each, driven by the keyboard."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.components.chart import dressed
from dashboard.views.results.headline import emphasise
from dashboard.views.results.slide_figures import SlideFigure, figure_of
from dashboard.wording import plain, source_name
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.reports.figures.style.projector import slide_figure
from ptmrank_core.reports.figures.style.theme import PLOTLY_CONFIG
from ptmrank_core.results.slides import Slide, base_of_slides, slides_of

__all__ = ["offer_presentation", "present"]

FIGURE_PIXELS = 450
STILL = {**PLOTLY_CONFIG, "displayModeBar": False}
# Nothing but the slide; the title of the page stays for those who listen to it.
LARGE = """<style>
html { font-size: clamp(17px, 0.7vw + 14px, 32px); }
[data-testid="stHeader"], [data-testid="stSidebar"], [data-testid="stToolbar"],
.st-key-run-tools, .st-key-run-notes { display: none; }
[data-testid="stMain"] h1 {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
[data-testid="stMainBlockContainer"] { max-width: 90rem; padding-block: 0.5rem; }
.st-key-slide [data-testid="stMarkdown"] :is(p, h2) { max-width: none; text-wrap: balance; }
.st-key-slide [data-testid="stMarkdown"] h2 { font-size: clamp(1.6rem, 3.1vw, 3rem); line-height: 1.2; }
.st-key-slide [data-testid="stMarkdown"] p { font-size: clamp(1rem, 1.5vw, 1.5rem); }
.st-key-slide-number p { font-size: clamp(4rem, 11vw, 10rem) !important; line-height: 1; font-weight: 600; }
.st-key-also { display: none; }
[data-testid="stMain"] kbd { color: inherit !important; opacity: 1 !important; }
[data-testid="stLayoutWrapper"]:has(> .st-key-slide) { height: calc(100dvh - 5.4rem); min-height: 500px; }
.st-key-slide { min-height: 0; justify-content: center; gap: 0.5rem; }
.st-key-slide > * { flex-shrink: 0; }
.st-key-slide > [data-testid="stElementContainer"]:has([data-testid="stPlotlyChart"]) {
  flex: 1 1 0; min-height: 0;
}
.st-key-slide :is([data-testid="stFullScreenFrame"], [data-testid="stPlotlyChart"], .js-plotly-plot) {
  height: 100%;
}
.st-key-turn, [data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] { gap: 0; }
@media (max-height: 800px) {
  .st-key-slide [data-testid="stMarkdown"] h2 {
    font-size: clamp(1.4rem, 2.4vw, 2.4rem); padding-block: 0.3rem 0.8rem;
  }
  .st-key-slide [data-testid="stMarkdown"] p { font-size: 1rem; }
}
@media (max-width: 700px) {
  .st-key-slide { overflow-x: auto; }
  .st-key-slide [data-testid="stElementContainer"]:has([data-testid="stPlotlyChart"]) { min-width: 700px; }
}
</style>"""
HOW = "Arrow keys, space or a clicker turn the slides; Esc closes them."


def offer_presentation() -> None:
    """Draw the button that begins the presentation."""
    st.button(
        "Present",
        key="present",
        icon=":material/slideshow:",
        on_click=state.show_slide,
        args=(1,),
        help=f"Five slides for a projector. {HOW}",
    )


def present(result: RunResult, ranking: Ranking, number: int) -> None:
    """Draw one slide, and what turns it.

    Parameters
    ----------
    result, ranking
        A run that has an order.
    number
        Of the slide, from 1; beyond the ends the first or the last is drawn.
    """
    slides = slides_of(result, ranking)
    number = min(max(number, 1), len(slides))
    slide = slides[number - 1]
    st.html(LARGE)
    with st.container(key="slide"):
        st.markdown(f"{slide.kind}")
        st.markdown(f"## {emphasise(slide.statement)}")
        if slide.number:
            with st.container(key="slide-number"):
                st.markdown(plain(slide.number))
        if slide.detail:
            st.markdown(plain(slide.detail))
        _figure(slide, result, ranking)
    with st.container(key="turn"):
        source = plain(source_name(result.plan.samples_source))
        st.caption(f"{source}: {plain(base_of_slides(result, ranking))}")
        _turn(number, len(slides))


def _figure(slide: Slide, result: RunResult, ranking: Ranking) -> None:
    """Draw the figure of a slide, or say why there is none."""
    drawn = figure_of(slide.kind, result, ranking)
    if isinstance(drawn, SlideFigure):
        key = f"slide-{slide.kind.name.lower()}"
        large = slide_figure(drawn.figure, height=FIGURE_PIXELS)
        st.plotly_chart(dressed(large), key=key, config=STILL, alt=drawn.alt, height="stretch")
    elif drawn:
        st.caption(plain(drawn))


def _turn(number: int, n_slides: int) -> None:
    """Draw the buttons that turn the slides; each has its key, and others stand where nobody sees them."""
    before, after = max(number - 1, 1), min(number + 1, n_slides)
    with st.container(horizontal=True, vertical_alignment="center"):
        _button("Back", "slide-back", before, "Left", disabled=number == 1)
        _button("Next", "slide-next", after, "Right", disabled=number == n_slides)
        st.caption(f"{number} of {n_slides}", width="content")
        _button("Close", "slide-close", None, "Esc")
    with st.container(key="also"):
        _button("Next (space)", "slide-space", after, "Space")
        _button("Next (clicker)", "slide-page-down", after, "PageDown")
        _button("Back (clicker)", "slide-page-up", before, "PageUp")
        _button("First slide", "slide-home", 1, "Home")
        _button("Last slide", "slide-end", n_slides, "End")


def _button(label: str, key: str, number: int | None, shortcut: str, *, disabled: bool = False) -> None:
    st.button(
        label,
        key=key,
        on_click=state.show_slide,
        args=(number,),
        shortcut=shortcut,
        disabled=disabled,
        type="tertiary",
    )
