"""About: what a ranking means, what it does not, and where every metric comes from."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ptmrank_core import __version__
from ptmrank_core.metrics import METRICS, default_metrics

__all__ = ["page"]

METHOD = f"""
Fine-tuning every candidate would tell which one is best for your data, and cost more than anybody has.
PTMRank runs each candidate **once** over your labelled samples, keeps the vectors that it makes of them, and
asks {len(default_metrics())} published *transferability metrics* how well these vectors fit your labels.
Nothing is trained but small linear models on top of the vectors.

1. **Samples** are read, checked and given a fingerprint; what is left out is named with its reason.
2. **Features**: every model is loaded at an exact revision and run over the samples, pooled as its
   family needs it.
   They are kept on this machine, so that no sample goes through the same model twice.
3. **Scores**: each metric looks at features and labels alone. One that does not apply to a model is
   skipped and says
   why; one that fails costs only its own cell.
4. **Ranking**: the metrics vote, with the weights that the results page shows.
"""
LIMITS = """
- A score is no accuracy. Only the order of models under one metric, on the same samples, means something.
- Metrics see features, not fine-tuning: a model that adapts well can look worse than it turns out to be.
- A few hundred samples leave neighbours in the order indistinguishable. Treat them as tied.
- Wide features on few samples flatter several metrics; those warn, and the table below names them.
- The ranking is among the candidates that you chose. The best of five poor models is still poor: compare
  with a
  baseline before you trust it.
"""


def page() -> None:
    """Draw the page."""
    st.title("About PTMRank")
    method, limits = st.columns(2, gap="large")
    with method:
        st.header("How it works")
        st.markdown(METHOD)
    with limits:
        st.header("What a ranking does not say")
        st.markdown(LIMITS)
        st.header("What leaves this machine")
        st.markdown(
            "Nothing but the downloads of models that you ask for. There is no telemetry and no upload of "
            "samples, "
            "features or charts. Code that comes with a model is never run, and only safetensors weights are "
            "read."
        )
    st.header("The metrics and their papers")
    specs = [METRICS[name] for name in default_metrics()]
    table = pd.DataFrame(
        [
            {
                "metric": spec.title,
                "what it asks": spec.idea,
                "not to be trusted when": spec.fails_when,
                "rewards width": "yes" if spec.rewards_width else "",
                "paper": spec.reference,
            }
            for spec in specs
        ]
    )
    st.table(table.set_index("metric"))
    st.caption(f"PTMRank {__version__}. The Learn page shows the formula of each metric, and how it behaves.")
