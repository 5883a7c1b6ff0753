"""A few samples to see or hear, so that a mix-up is noticed before anything is computed."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.components.snippets import shorten, snippet
from dashboard.components.thumbnails import has_pictures, thumbnail
from dashboard.wording import plain, show_error
from ptmrank_core.errors import PTMRankError
from ptmrank_core.records import Modality, Reading, Samples, Waveform
from ptmrank_core.results.phrases import say_label

__all__ = ["MAX_SHOWN", "choose_samples", "gallery", "show_sample", "show_samples"]

N_SHOWN = 12
MAX_SHOWN = 24
"""The most samples of the reader's choice that are shown."""
PICTURE_PIXELS = 240
TEXT_CHARS = 300
LABEL_CHARS = 40
MAX_LOOKED_AT = 60  # samples of a class, for a few of different groups
MAX_SECONDS = 15
N_NUMBERS = 8
COLUMNS = {"image": 6, "video": 6, "audio": 4}
NARROW_COLUMNS = {"image": 8, "video": 8, "audio": 5}


@dataclass(frozen=True, slots=True)
class Shown:
    """One sample as the page shows it: the bytes of a PNG and, of a recording, a WAV file; words; numbers."""

    name: str
    label: str
    picture: bytes = b""
    sound: bytes = b""
    words: str = ""
    numbers: tuple[float, ...] = ()
    note: str = ""


def choose_samples(samples: Samples) -> list[int]:
    """Choose up to twelve samples that differ.

    One of each class in turn, of different groups; for a regression from the smallest number to the largest.
    """
    n_shown = min(N_SHOWN, samples.n_samples)
    if samples.target_kind == "classification":
        return _by_class(samples, n_shown)
    order = np.arange(samples.n_samples)
    if samples.target_kind == "regression":
        order = np.argsort(samples.labels.reshape(samples.n_samples, -1)[:, 0], kind="stable")
    return [int(index) for index in order[np.linspace(0, samples.n_samples - 1, n_shown).astype(int)]]


def _by_class(samples: Samples, n_shown: int) -> list[int]:
    """Choose samples of all classes in turn, of as many groups as there are: not one speaker five times."""
    shuffled = np.random.default_rng(0).permutation(samples.n_samples)
    waiting = {
        label: shuffled[samples.labels[shuffled] == label][:MAX_LOOKED_AT].tolist()
        for label in np.unique(samples.labels).tolist()
    }
    seen: Counter[object] = Counter()
    chosen: list[int] = []
    while len(chosen) < n_shown and any(waiting.values()):
        for own in waiting.values():
            if own and len(chosen) < n_shown:
                index = min(own, key=lambda row: seen[_group(samples, row)])
                own.remove(index)
                seen[_group(samples, index)] += 1
                chosen.append(index)
    return sorted(chosen, key=lambda row: (int(samples.labels[row]), row))


def _group(samples: Samples, row: int) -> object:
    return samples.groups[row] if samples.groups else None


def _png(modality: Modality, decoded: Any) -> bytes:
    """Encode a small picture of a sample."""
    buffer = io.BytesIO()
    thumbnail(modality, decoded, PICTURE_PIXELS).save(buffer, format="PNG")
    return buffer.getvalue()


def _wav(waveform: Waveform) -> bytes:
    """Encode the beginning of a recording."""
    import soundfile  # noqa: PLC0415 - only recordings need it

    buffer = io.BytesIO()
    beginning = waveform.samples[: MAX_SECONDS * waveform.rate]
    soundfile.write(buffer, beginning, waveform.rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()


def _show(samples: Samples, index: int) -> Shown:
    name, label = samples.names[index], shorten(say_label(samples, index), LABEL_CHARS)
    decoded: Any = samples.items[index].decode()
    if has_pictures(samples.modality):
        sound = _wav(decoded) if samples.modality == "audio" else b""
        return Shown(name, label, picture=_png(samples.modality, decoded), sound=sound)
    if samples.modality == "text":
        return Shown(name, label, words=snippet(decoded, TEXT_CHARS))
    return Shown(name, label, numbers=tuple(decoded[:N_NUMBERS].tolist()))


@st.cache_data(max_entries=8, show_spinner=False)
def _shown(source: str, reading: Reading, _samples: Samples) -> list[Shown]:  # noqa: ARG001 - what tells samples apart
    return [_show(_samples, index) for index in choose_samples(_samples)]


def gallery(samples: Samples, reading: Reading) -> None:
    """Draw some samples with their labels."""
    st.markdown("**Some of the samples**")
    try:
        shown = _shown(samples.source, reading, samples)
    except PTMRankError as error:
        show_error(error)
        return
    _draw(samples, shown, with_names=False)


def show_samples(samples: Samples, rows: Sequence[int], *, notes: Sequence[str] = ()) -> None:
    """Draw some samples of a run with their file names and labels, at most 24 of them.

    Parameters
    ----------
    samples, rows
        All samples, and which of them are shown.
    notes
        A note on each sample beside its label; empty for none.
    """
    drawn = rows[:MAX_SHOWN]
    try:
        shown = [
            replace(
                _show_once(f"{samples.fingerprint} {row}", samples, row), note=notes[place] if notes else ""
            )
            for place, row in enumerate(drawn)
        ]
    except PTMRankError as error:
        show_error(error)
        return
    if len(rows) > MAX_SHOWN:
        st.caption(f"The first {MAX_SHOWN} of {len(rows):,}.")
    _draw(samples, shown, with_names=True)


def show_sample(samples: Samples, row: int, caption: str) -> None:
    """Draw one sample of a run as wide as its place: a picture, a player, a text or the first numbers.

    Parameters
    ----------
    samples, row
        All samples, and which of them is shown.
    caption
        What stands below it; Markdown.
    """
    try:
        one = _show_once(f"{samples.fingerprint} {row}", samples, row)
    except PTMRankError as error:
        show_error(error)
        return
    if has_pictures(samples.modality):
        st.image(one.picture, width="stretch", alt=_describe(one))
        if one.sound:
            st.audio(one.sound, format="audio/wav")
    elif samples.modality == "text":
        st.markdown(plain(one.words))
    else:
        st.markdown(plain(", ".join(f"{number:.4g}" for number in one.numbers)))
    st.caption(caption)


@st.cache_data(max_entries=500, show_spinner=False)
def _show_once(key: str, _samples: Samples, row: int) -> Shown:  # noqa: ARG001 - what tells samples apart
    return _show(_samples, row)


def _draw(samples: Samples, shown: Sequence[Shown], *, with_names: bool) -> None:
    """Draw samples as pictures, players or rows of a table, depending on their modality."""
    if samples.modality in COLUMNS:
        n_columns = (NARROW_COLUMNS if with_names else COLUMNS)[samples.modality]
        _draw_grid(shown, n_columns, with_names=with_names)
        return
    table = pd.DataFrame({"label": [one.label for one in shown]})
    if with_names:
        table.insert(0, "sample", [one.name for one in shown])
        if any(one.note for one in shown):
            table["note"] = [one.note for one in shown]
    if samples.modality == "text":
        table["text"] = [one.words for one in shown]
        widths = {
            "label": st.column_config.TextColumn(width=200),
            "text": st.column_config.TextColumn(width=1000),
        }
        alt = "Some texts with their labels"
        st.dataframe(table, hide_index=True, height="content", column_config=widths, alt=alt)
        return
    for place in range(len(shown[0].numbers)):
        table[f"number {place + 1}"] = [one.numbers[place] for one in shown]
    st.dataframe(table, hide_index=True, height="content", alt="Some rows with their labels")
    width = samples.items[0].size
    if width > N_NUMBERS:
        st.caption(f"The first {N_NUMBERS} of {width:,} numbers of each row.")


def _draw_grid(shown: Sequence[Shown], n_columns: int, *, with_names: bool) -> None:
    for start in range(0, len(shown), n_columns):
        for column, one in zip(st.columns(n_columns), shown[start : start + n_columns], strict=False):
            name, note = plain(shorten(one.name, LABEL_CHARS)), f" · {plain(one.note)}" if one.note else ""
            caption = f"**{plain(one.label)}** · {name}{note}"
            if one.sound:
                column.image(one.picture, width="stretch", alt=_describe(one))
                column.audio(one.sound, format="audio/wav")
                column.caption(caption)
            else:
                shown_caption = caption if with_names else plain(one.label)
                column.image(one.picture, caption=shown_caption, width="stretch", alt=_describe(one))


def _describe(one: Shown) -> str:
    """Say in words what the picture of a sample is of."""
    return f"{'Spectrogram of ' if one.sound else ''}{one.name}, labelled {one.label}"
