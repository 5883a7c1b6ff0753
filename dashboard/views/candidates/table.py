"""A list of candidates as a table whose rows can be chosen; what is unknown is named so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.hub_links import OPEN
from ptmrank_core.catalogue import Candidate, hub_page, loading_of
from ptmrank_core.metrics import SOURCE_LOGITS, titles_reading

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
                "page": hub_page(model.id),
                "M parameters": None if model.n_parameters is None else model.n_parameters / 1e6,
                "about MB": None if size is None else size / 1e6,
                "here": "yes" if model.id in on_disk else "no",
                "loads": VERDICTS[loading.verdict] + (", gated" if model.is_gated else ""),
                "licence": model.licence_class,
                "source head": model.source_head or "none known",
                "pre-training": model.pretraining,
                "year": model.year,
                "downloads": model.downloads,
                "family": model.family or model.model_type,
                "reused by": model.reuse_repositories,
                "why": loading.words,
            }
        )
    table = pd.DataFrame(rows)
    numbers = {"year": "Int64", "downloads": "Int64", "reused by": "Int64"}
    return table.astype(numbers | dict.fromkeys(("M parameters", "about MB"), "Float64"))


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
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "model": text(pinned=True, width=230),
        "page": st.column_config.LinkColumn(
            display_text=OPEN, width=60, help="The page of the model on the Hub. A click opens it."
        ),
        "M parameters": number(format="%.1f", width=95, help="In millions, without a head, about."),
        "about MB": number(
            format="%.0f",
            width=80,
            help="What is downloaded: about, from the parameters, or known where the model is here already.",
        ),
        "here": text(width=55, help="Whether its weights are on this machine already."),
        "loads": text(
            width=75,
            help="Whether it can be loaded here. Likely: its family is only known once it is downloaded. The "
            "last column has the reason.",
        ),
        "licence": text(width=95, help="What its licence asks for, as a class; no legal advice."),
        "source head": text(
            width=100, help=f"The classes that its head tells, which {titles_reading(SOURCE_LOGITS)} need."
        ),
        "pre-training": text(width=150),
        "year": number(format="%d", width=60),
        "downloads": number(
            f"downloads{date}", format="localized", width=140, help="In a month. Popular is not better."
        ),
        "family": text(width=110),
        "reused by": number(format="localized", width=90, help="GitHub repositories, as PeaTMOSS counted."),
        "why": text(width=330),
    }
