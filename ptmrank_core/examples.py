"""Samples for a script, as the original tool has them.

Without arguments each loader returns demo samples that need no network; with a list of pairs, those.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ptmrank_core.data import load_samples, pair_samples
from ptmrank_core.records import Modality, Samples

__all__ = ["load_audio_example", "load_image_example", "load_text_example"]

Pairs = Iterable[tuple[Any, Any]]


def load_image_example(pairs: Pairs | None = None, *, regression: bool = False) -> Samples:
    """Load pictures.

    Parameters
    ----------
    pairs
        Pairs of a picture file and its target; 600 handwritten digits where they are left out.
    regression
        Whether the targets are numbers to predict; otherwise they are classes, words or integers.

    Raises
    ------
    SamplesError
        If it is no list of pairs, a target is not what it should be, or too little can be read.

    Examples
    --------
    >>> load_image_example().n_samples
    600
    """
    return _load("demo:digits", "image", pairs, regression=regression)


def load_text_example(pairs: Pairs | None = None, *, regression: bool = False) -> Samples:
    """Load texts.

    Parameters
    ----------
    pairs
        Pairs of a text (``str``), or of a ``Path`` to a file that holds one, and its target; 600 short
        documents where they are left out.
    regression
        As for pictures.

    Raises
    ------
    SamplesError
        As for pictures.
    """
    return _load("demo:docstrings", "text", pairs, regression=regression)


def load_audio_example(pairs: Pairs | None = None, *, regression: bool = False) -> Samples:
    """Load recordings.

    Parameters
    ----------
    pairs
        Pairs of a sound file and its target; 400 spoken digits where they are left out.
    regression
        As for pictures.

    Raises
    ------
    SamplesError
        As for pictures.
    """
    return _load("demo:spoken-digits", "audio", pairs, regression=regression)


def _load(demo: str, modality: Modality, pairs: Pairs | None, *, regression: bool) -> Samples:
    if pairs is None:
        return load_samples(demo)
    return pair_samples(modality, pairs, regression=regression)
