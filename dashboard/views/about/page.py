"""About: how a ranking is made, what it does not say, and the paper of each metric."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.views.about.health import show_health
from dashboard.wording import with_links
from ptmrank_core import __version__
from ptmrank_core.metrics import METRICS, default_metrics, evidence_metrics

__all__ = ["page"]

METHOD = """
Fine-tuning every candidate would show which one is best for your data, but it would take far too long.
PTMRank runs each candidate **once** over your labelled samples, keeps the features that it computes, and
asks {n_metrics} published *transferability metrics* how well these features fit your labels. Only small
linear models on top of the features are trained.

1. **Samples** are read, checked and identified by a fingerprint. Whatever is left out is listed with the
   reason.
2. **Features**: every model is loaded at an exact revision and run over the samples, and its output is
   pooled as its family requires. Features are cached on this machine, so that no sample goes through the
   same model twice.
3. **Scores**: each metric sees features and labels only. A metric that does not apply to a model is
   skipped with the reason; a metric that fails does not affect the others.
4. **Ranking**: the metrics vote, with the weights that the results page shows.
"""
LIMITS = """
- A score is not an accuracy. Only the order of the models under one metric, on the same samples, has a
  meaning.
- Metrics see features, not fine-tuning: a model that adapts well can turn out better than its rank.
- With a few hundred samples, models that are next to each other in the ranking often cannot be
  distinguished. Treat them as tied.
- Wide features with few samples inflate the scores of several metrics. These metrics warn, and the table
  below marks them.
- The ranking covers only the candidates that you chose. The best of five poor models is still poor:
  compare it with a baseline before you rely on it.
"""


def page() -> None:
    """Draw the page."""
    st.title("About PTMRank")
    method, limits = st.columns(2, gap="large")
    with method:
        st.header("How it works")
        st.markdown(METHOD.format(n_metrics=len(default_metrics())))
    with limits:
        st.header("What a ranking does not say")
        st.markdown(LIMITS)
        st.header("What leaves this machine")
        st.markdown(
            "Only requests to the Hub that you ask for: searches and downloads of models. There is no "
            "telemetry, and samples, features and charts are never uploaded. Code that comes with a model is "
            "never run, and only safetensors weights are read."
        )
    show_health()
    st.header("The metrics and their papers")
    _facts(default_metrics())
    st.subheader("Beside the metrics: simpler measures of the same features")
    _facts(evidence_metrics())
    st.caption(f"PTMRank {__version__}. The Learn page shows the formula of each metric, and how it behaves.")


def _facts(metrics: tuple[str, ...]) -> None:
    """Draw a table of metrics and their papers."""
    specs = [METRICS[name] for name in metrics]
    table = pd.DataFrame(
        [
            {
                "metric": spec.title,
                "idea": spec.idea,
                "not to be trusted when": spec.fails_when,
                "rewards width": "yes" if spec.rewards_width else "",
                "paper": with_links(spec.reference),
            }
            for spec in specs
        ]
    )
    st.table(table.set_index("metric"))
