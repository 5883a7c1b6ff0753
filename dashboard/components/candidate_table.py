"""A list of candidates as a table whose rows can be chosen; what is unknown is named so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from ptmrank_core.catalogue import Candidate, loading_of

__all__ = ["candidate_rows", "candidate_table"]

VERDICTS = {"yes": "yes", "likely": "likely", "extra": "needs timm", "unknown": "unknown", "no": "no"}
HEIGHT_PIXELS = 430


def candidate_rows(models: Sequence[Candidate], on_disk: Mapping[str, int]) -> pd.DataFrame:
    """Make the table: one row a candidate; a missing value is unknown.

    Parameters
    ----------
    models
        The candidates, in their order.
    on_disk
        Bytes of the models that are here already, by id.
    """
    rows = []
    for model in models:
        loading = loading_of(model)
        size = on_disk.get(model.id, model.about_bytes)
        rows.append(
            {
                "model": model.id,
                "family": model.family or model.model_type,
                "parameters (M)": None if model.n_parameters is None else model.n_parameters / 1e6,
                "about MB": None if size is None else size / 1e6,
                "here": model.id in on_disk,
                "loads": VERDICTS[loading.verdict] + (", gated" if model.is_gated else ""),
                "licence": model.licence_class,
                "pre-training": model.pretraining,
                "year": model.year,
                "downloads": model.downloads,
                "reused by": model.reuse_repositories,
                "source head": model.source_head or "",
                "why": loading.words,
            }
        )
    table = pd.DataFrame(rows)
    numbers = {"year": "Int64", "downloads": "Int64", "reused by": "Int64"}
    return table.astype(numbers | dict.fromkeys(("parameters (M)", "about MB"), "Float64"))


def candidate_table(models: Sequence[Candidate], on_disk: Mapping[str, int], *, key: str) -> list[Candidate]:
    """Draw the table; return the candidates of the chosen rows.

    Parameters
    ----------
    models, on_disk
        As of :func:`candidate_rows`.
    key
        Another one for other rows: a choice is kept by place.
    """
    dates = {model.downloads_of for model in models if model.downloads_of}
    date = f", {', '.join(sorted(dates))}" if dates else ""
    event = st.dataframe(
        candidate_rows(models, on_disk),
        height=HEIGHT_PIXELS if len(models) > 10 else "content",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=key,
        placeholder="unknown",
        column_config=_columns(date),
        alt="Models of the list with size, licence, pre-training and downloads",
    )
    rows = event["selection"]["rows"]
    return [models[row] for row in rows if row < len(models)]


def _columns(date: str) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        "model": st.column_config.TextColumn(pinned=True, width=260),
        "parameters (M)": number(format="%.1f", help="Without a head, about."),
        "about MB": number(
            format="%.0f",
            help="What is downloaded: about, from the parameters, or known where the model is here already.",
        ),
        "here": st.column_config.CheckboxColumn(help="Its weights are on this machine already."),
        "loads": st.column_config.TextColumn(
            help="Whether it can be loaded here. Likely: its family shows when it is fetched. Why stands "
            "in the last column."
        ),
        "licence": st.column_config.TextColumn(
            help="What its licence asks for, as a class; no legal advice."
        ),
        "pre-training": st.column_config.TextColumn(width="medium"),
        "year": number(format="%d"),
        "downloads": number(f"downloads{date}", format="localized", help="In a month; popular, not better."),
        "reused by": number(
            "reused by", format="localized", help="GitHub repositories, as PeaTMOSS counted."
        ),
        "source head": st.column_config.TextColumn(help="Classes that its head tells; empty without one."),
    }
