"""Cache: what is kept of which model, whether it is sound, and emptying it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from dashboard import jobs
from dashboard.wording import plain, plural, say_size
from ptmrank_core.features import CachedModel

__all__ = ["page"]

KEY_CHARS = 12


def page() -> None:
    """Draw the page."""
    st.title("Cache")
    st.markdown(
        "Every vector that a model has made of a sample is kept on this machine, so that no sample goes "
        "through the same model twice. Clearing costs time, never a result."
    )
    cache = jobs.features()
    report, models = cache.report(), cache.models()
    _numbers(report.n_entries, report.n_models, report.size_bytes, report.limit_bytes)
    if not models:
        st.info("Nothing is cached yet: the first run fills it.")
        return
    if jobs.is_shared():
        st.caption(
            "Everybody who uses this server shares these vectors: whoever runs it can list and clear them "
            "with `python -m ptmrank_core cache`."
        )
        return
    st.header("Of which models?")
    chosen = _choose(models)
    with st.container(horizontal=True):
        check = st.button("Check every entry", key="verify", icon=":material/fact_check:")
        if chosen:
            _offer_some(chosen)
        _offer_all(report.size_bytes)
    if check:
        _verify()
    st.caption(
        "Models are listed once for each revision, precision and pooling. Which samples they are of is not "
        "kept: an entry is named by the content of its sample. The downloaded models themselves lie in the "
        "folder of the Hub's own cache and are not touched here."
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
        text=f"{size_bytes / limit_bytes:.1%} of the limit. Beyond it, what was stored first goes first; "
        "PTMRANK_CACHE_GB sets it.",
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
                "last stored (UTC)": _when(model.stored_at),
                "last used (UTC)": _when(model.used_at),
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
                "entries", format="localized", help="Hidden layers are entries of their own."
            ),
            "MB": st.column_config.NumberColumn("MB", format="%.2f"),
        },
        alt=f"{plural(len(models), 'model')} with cached features, their samples and sizes",
    )
    rows = event["selection"]["rows"]
    return [models[row] for row in rows if row < len(models)]


def _when(seconds: float | None) -> str | None:
    if not seconds:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def _verify() -> None:
    """Read every entry and say what came of it."""
    with st.spinner("Reading every entry …"):
        report = jobs.features().verify()
    if report.n_damaged:
        st.warning(
            f"Removed {plural(report.n_damaged, 'damaged vector')}; their samples are run again when they "
            f"are needed. {plural(report.n_entries, 'vector')} left."
        )
    else:
        st.success(f"Every one of {plural(report.n_entries, 'vector')} can be read.")


def _offer_some(chosen: Sequence[CachedModel]) -> None:
    """Offer to remove the features of some models; says what goes first."""
    names = ", ".join(model.model or model.key[:KEY_CHARS] for model in chosen)
    size = sum(model.size_bytes for model in chosen)
    with st.popover(f"Remove {plural(len(chosen), 'model')}", icon=":material/delete:"):
        st.markdown(
            f"The features of **{plain(names)}** go: {say_size(size)}. A run that needs them makes them "
            "again."
        )
        st.button("Remove them", key="forget", on_click=_forget, args=(chosen,))


def _forget(chosen: Sequence[CachedModel]) -> None:
    jobs.features().forget({model.key for model in chosen})


def _offer_all(size_bytes: int) -> None:
    """Offer to remove everything; says what goes and what stays first."""
    with st.popover("Clear the cache", icon=":material/delete_sweep:"):
        st.markdown(
            f"All features go: {say_size(size_bytes)}. Runs and their results stay; their embeddings cannot "
            "be drawn any more until the models have run again."
        )
        st.button("Remove everything", key="clear", on_click=_clear)


def _clear() -> None:
    jobs.features().clear()
