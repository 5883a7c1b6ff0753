"""Samples for a script, with the interface of the original tool.

Without arguments each loader returns demo samples, which need no network; with a list of pairs, those pairs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ptmrank_core.data import load_samples, pair_samples
from ptmrank_core.records import Modality, Samples

__all__ = ["load_audio_example", "load_image_example", "load_text_example"]

Pairs = Iterable[tuple[Any, Any]]


def load_image_example(pairs: Pairs | None = None, *, regression: bool = False) -> Samples:
    """Load images.

    Parameters
    ----------
    pairs
        Pairs of an image file and its target; by default 600 handwritten digits.
    regression
        Whether the targets are numbers to predict; otherwise they are classes, named by words or integers.

    Raises
    ------
    SamplesError
        If it is not a list of pairs, a target is not of the expected kind, or too few samples can be read.

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
        Pairs of a text (``str``), or a ``Path`` to a text file, and its target; by default 600 short
        documents.
    regression
        As for images.

    Raises
    ------
    SamplesError
        As for images.
    """
    return _load("demo:docstrings", "text", pairs, regression=regression)


def load_audio_example(pairs: Pairs | None = None, *, regression: bool = False) -> Samples:
    """Load audio recordings.

    Parameters
    ----------
    pairs
        Pairs of an audio file and its target; by default 400 spoken digits.
    regression
        As for images.

    Raises
    ------
    SamplesError
        As for images.
    """
    return _load("demo:spoken-digits", "audio", pairs, regression=regression)


def _load(demo: str, modality: Modality, pairs: Pairs | None, *, regression: bool) -> Samples:
    if pairs is None:
        return load_samples(demo)
    return pair_samples(modality, pairs, regression=regression)
