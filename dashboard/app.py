"""The entry point: page configuration, navigation, run."""

import streamlit as st

from dashboard import state
from dashboard.views import (
    about,
    cache,
    candidates,
    compare,
    learn,
    metrics,
    results,
    run,
    runs,
    samples,
    start,
)
from ptmrank_core.config import ASSETS

st.set_page_config(page_title="PTMRank", page_icon=str(ASSETS / "logo.svg"), layout="wide")
st.logo(str(ASSETS / "logo.svg"), size="large")

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
state.know_pages(pages)
st.navigation(list(pages.values()), position="top").run()
