"""Cache: the models whose features are kept, checking and clearing them; what else is kept, the limits."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import jobs
from dashboard.views.cache.kept import say_when, show_kept
from dashboard.views.cache.limits import show_limits
from dashboard.wording import plain, plural, say_size, show_error, tell_faults
from ptmrank_core.features import CachedModel
from ptmrank_core.results.program import PROGRAM

__all__ = ["page"]

KEY_CHARS = 12


def page() -> None:
    """Draw the page."""
    st.title("Cache")
    _features()
    if not jobs.is_demo_only():
        show_kept()
    show_limits()


def _features() -> None:
    """Draw what is cached of the models."""
    st.markdown(
        "The features that a model computes for a sample are kept on this machine, so that no sample goes "
        "through the same model twice. So are scores, probes and projections: the same question asked again "
        "computes nothing. Clearing the cache loses no run: what is needed again is computed again."
    )
    cache = jobs.features()
    report, models = cache.report(), cache.models()
    for note in cache.notes:
        st.warning(plain(note))
    if cache.fault is not None:
        show_error(cache.fault)
        return
    _numbers(report.n_entries, report.n_models, report.size_bytes, report.limit_bytes)
    _results()
    if not models:
        st.info("Nothing is cached yet: the first run fills it.")
        return
    if jobs.is_shared():
        st.caption(
            "All users of this server share these features. The person who runs it can list and clear them "
            f"with `{PROGRAM} cache`."
        )
        return
    st.header("Cached models")
    chosen = _choose(models)
    with st.container(horizontal=True):
        check = st.button("Check every entry", key="verify", icon=":material/fact_check:")
        if chosen:
            _offer_some(chosen)
        _offer_all(report.size_bytes + jobs.kept_results().report().size_bytes)
    if check:
        _verify()
    st.caption(
        "A model has a row for each revision, precision and pooling. The cache does not record which upload "
        "a sample came from: an entry is identified by the content of its sample. Downloaded models are in "
        "the Hub's own cache folder and are not touched here."
    )


def _results() -> None:
    """Say how many results are kept beside the features."""
    kept = jobs.kept_results()
    for note in kept.notes:
        st.warning(plain(note))
    report = kept.report()
    if kept.fault is not None:
        show_error(kept.fault)
        return
    st.markdown(
        f"**{plural(report.n_results, 'kept result')}** of analyses: {say_size(report.size_bytes)} of "
        f"{say_size(report.limit_bytes)}."
    )


def _numbers(n_entries: int, n_models: int, size_bytes: int, limit_bytes: int) -> None:
    cards = {
        "Vectors": f"{n_entries:,}",
        "Models": f"{n_models:,}",
        "On disk": say_size(size_bytes),
        "Limit": say_size(limit_bytes),
    }
    for column, (name, value) in zip(st.columns(len(cards)), cards.items(), strict=True):
        column.metric(name, value, border=True)
    st.progress(
        min(1.0, size_bytes / limit_bytes),
        text=f"{size_bytes / limit_bytes:.1%} of the limit. Beyond it, the oldest entries are removed first.",
    )


def _choose(models: Sequence[CachedModel]) -> list[CachedModel]:
    """Draw the models as rows that can be chosen."""
    table = pd.DataFrame(
        [
            {
                "model": model.model or f"unknown ({model.key[:KEY_CHARS]})",
                "revision": model.revision[:8],
                "precision": model.dtype,
                "samples": model.n_samples,
                "entries": model.n_entries,
                "MB": model.size_bytes / 1e6,
                "last stored (UTC)": say_when(model.stored_at),
                "last used (UTC)": say_when(model.used_at),
            }
            for model in models
        ]
    )
    event = st.dataframe(
        table,
        hide_index=True,
        height="content" if len(models) <= 12 else 430,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"cached-{len(models)}",
        placeholder="unknown",
        column_config={
            "samples": st.column_config.NumberColumn("samples", format="localized"),
            "entries": st.column_config.NumberColumn(
                "entries", format="localized", help="Each hidden layer is an entry of its own."
            ),
            "MB": st.column_config.NumberColumn("MB", format="%.2f"),
        },
        alt=f"{plural(len(models), 'model')} with cached features, their samples and sizes",
    )
    rows = event["selection"]["rows"]
    return [models[row] for row in rows if row < len(models)]


def _verify() -> None:
    """Read every entry and say how many were damaged."""
    with st.spinner("Reading every entry …"):
        report, results = jobs.check_features()
    if report.n_damaged:
        st.warning(
            f"Removed {plural(report.n_damaged, 'damaged vector')}; their features are computed again when "
            f"they are needed. {plural(report.n_entries, 'vector')} left."
        )
    if results.n_damaged:
        st.warning(
            f"Removed {plural(results.n_damaged, 'damaged result')}, computed again when it is needed. "
            f"{plural(results.n_results, 'result')} left."
        )
    if not report.n_damaged + results.n_damaged:
        st.success(
            f"Checked {plural(report.n_entries, 'vector')} and {plural(results.n_results, 'result')}: every "
            "one can be read."
        )


def _offer_some(chosen: Sequence[CachedModel]) -> None:
    """Offer to remove the features of some models; say first what will be removed."""
    names = ", ".join(model.model or model.key[:KEY_CHARS] for model in chosen)
    size = sum(model.size_bytes for model in chosen)
    with st.popover(f"Remove {plural(len(chosen), 'model')}", icon=":material/delete:"):
        st.markdown(
            f"This removes the features of **{plain(names)}**, and the results kept of them: "
            f"{say_size(size)}. A run that needs them computes them again."
        )
        st.button("Remove them", key="forget", on_click=_forget, args=(chosen,))


@tell_faults
def _forget(chosen: Sequence[CachedModel]) -> None:
    jobs.forget_features({model.key for model in chosen})


def _offer_all(size_bytes: int) -> None:
    """Offer to remove everything; say first what will be removed and what stays."""
    with st.popover("Clear the cache", icon=":material/delete_sweep:"):
        st.markdown(
            f"This removes all features and kept results: {say_size(size_bytes)}. Runs stay, but their "
            "embeddings cannot be drawn until the models have run again."
        )
        st.button("Remove everything", key="clear", on_click=_clear)


@tell_faults
def _clear() -> None:
    jobs.clear_features()
