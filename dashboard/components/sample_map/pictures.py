"""Pictures of samples: one beside the pointer, or small ones of many on one sheet."""

from __future__ import annotations

import base64
import io
import math
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from dashboard.components.snippets import snippet
from dashboard.components.thumbnails import has_pictures, thumbnail
from ptmrank_core.records import Samples
from ptmrank_core.results.phrases import say_label

__all__ = ["MAX_PICTURES", "describe", "picture_sheet"]

MAX_PICTURES = 1_000
"""Samples on a sheet: more do not fit on a screen, and each has to be decoded."""
SHOWN_PIXELS, SHEET_PIXELS = 200, 44
TEXT_CHARS = 280
N_NUMBERS = 8


@st.cache_data(max_entries=500, show_spinner=False)
def describe(key: str, _samples: Samples, row: int) -> dict[str, Any]:  # noqa: ARG001 - what tells samples apart
    """Describe a sample for the reader: name, label, and a picture, the beginning of a text, or numbers."""
    described: dict[str, Any] = {"row": row, "name": _samples.names[row], "label": say_label(_samples, row)}
    decoded: Any = _samples.items[row].decode()
    if has_pictures(_samples.modality):
        described["picture"] = _data_url(thumbnail(_samples.modality, decoded, SHOWN_PIXELS))
    if _samples.modality == "audio":
        described["words"] = (
            f"{len(decoded.samples) / decoded.rate:.1f} s, 0 to {decoded.rate / 2000:.3g} kHz"
        )
    elif _samples.modality == "text":
        described["words"] = snippet(decoded, TEXT_CHARS)
    elif _samples.modality == "tabular":
        numbers = np.asarray(decoded).reshape(-1)[:N_NUMBERS].tolist()
        described["values"] = [
            [f"number {place}", f"{number:.4g}"] for place, number in enumerate(numbers, 1)
        ]
    return described


@st.cache_data(max_entries=20, show_spinner="Drawing the samples …")
def picture_sheet(key: str, _samples: Samples, _rows: NDArray[np.int64]) -> dict[str, Any]:  # noqa: ARG001
    """Draw samples side by side on one sheet, in the order of the rows."""
    side, n_columns = SHEET_PIXELS, math.ceil(math.sqrt(len(_rows)))
    sheet = Image.new("RGB", (n_columns * side, math.ceil(len(_rows) / n_columns) * side))
    for place, row in enumerate(_rows.tolist()):
        picture = thumbnail(_samples.modality, _samples.items[row].decode(), side)
        corner = ((side - picture.width) // 2, (side - picture.height) // 2)
        sheet.paste(picture, (place % n_columns * side + corner[0], place // n_columns * side + corner[1]))
    return {
        "kind": "pictures",
        "rows": base64.b64encode(_rows.astype("<u4").tobytes()).decode(),
        "side": side,
        "columns": n_columns,
        "sheet": _data_url(sheet),
    }


def _data_url(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, format="JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
