"""The entry point: the server that ``streamlit run`` finds here, and the page it draws for each visitor."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dashboard import state, warming
from dashboard.owner_cookie import OwnerCookie
from ptmrank_core.config import ASSETS


def draw() -> None:
    """Draw the page of the address: configuration, navigation, run."""
    st.set_page_config(page_title="PTMRank", page_icon=str(ASSETS / "logo.svg"), layout="wide")
    st.logo(str(ASSETS / "logo.svg"), size="large")
    st.html(Path(__file__).parent / "style.css")
    warming.wait()
    # Not by the server, which shall listen first.
    from dashboard.components.sharing import show_account  # noqa: PLC0415
    from dashboard.views.about import page as about  # noqa: PLC0415
    from dashboard.views.cache import page as cache  # noqa: PLC0415
    from dashboard.views.candidates import page as candidates  # noqa: PLC0415
    from dashboard.views.compare import page as compare  # noqa: PLC0415
    from dashboard.views.learn import page as learn  # noqa: PLC0415
    from dashboard.views.metrics import page as metrics  # noqa: PLC0415
    from dashboard.views.results import page as results  # noqa: PLC0415
    from dashboard.views.run import page as run  # noqa: PLC0415
    from dashboard.views.runs import page as runs  # noqa: PLC0415
    from dashboard.views.samples import page as samples  # noqa: PLC0415
    from dashboard.views.start import page as start  # noqa: PLC0415

    pages = {
        "start": st.Page(start.page, title="Start", url_path="start", default=True),
        "samples": st.Page(samples.page, title="Samples", url_path="samples"),
        "candidates": st.Page(candidates.page, title="Candidates", url_path="candidates"),
        "metrics": st.Page(metrics.page, title="Metrics", url_path="metrics"),
        "run": st.Page(run.page, title="Run", url_path="run"),
        "results": st.Page(results.page, title="Results", url_path="results"),
        "runs": st.Page(runs.page, title="Runs", url_path="runs"),
        "compare": st.Page(compare.page, title="Compare", url_path="compare", visibility="hidden"),
        "cache": st.Page(cache.page, title="Cache", url_path="cache"),
        "learn": st.Page(learn.page, title="Learn", url_path="learn"),
        "about": st.Page(about.page, title="About", url_path="about"),
    }
    state.register_pages(pages)
    chosen = st.navigation(list(pages.values()), position="top")
    show_account()
    chosen.run()


if __name__ == "__main__":  # how Streamlit runs this file for a visitor
    draw()
else:  # how its server imports it, once
    app = st.App(__file__, lifespan=warming.warm_up, middleware=[Middleware(OwnerCookie)])
