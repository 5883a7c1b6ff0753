"""Samples for a script, with the interface of the original tool.

Without arguments each loader returns demo samples, which need no network; with what a script has in memory,
samples of that: a list of pairs, a data frame, a data set of ``datasets`` or of torch, ``(X, y)``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ptmrank_core.data import load_objects as load_in_memory
from ptmrank_core.data import load_samples, read_options
from ptmrank_core.records import Modality, Samples

__all__ = ["load_audio_example", "load_image_example", "load_objects", "load_text_example"]


def load_objects(data: Any, **options: Any) -> Samples:
    """Load what a script has in memory.

    Parameters
    ----------
    data
        A ``Dataset`` or ``DatasetDict`` of ``datasets``; a data frame; columns by their names, or a list of
        dictionaries; ``(X, y)``; a Bunch of scikit-learn; pairs of a sample and its label, in a list or from
        a data set of torch. A sample is a picture of Pillow, an array, a text, ``(waveform, sampling rate)``,
        a row of numbers, or the path of a file.
    **options
        How to read it, where that is not clear: ``modality``, ``target_kind``, ``text_columns``,
        ``file_column`` (of pictures, recordings or their paths), ``label_columns``, ``group_column``,
        ``split``, ``sampling_rate``, and the other fields of ``ptmrank_core.records.Reading``.

    Raises
    ------
    SamplesError
        If it can be read in several ways, or too few samples can be read.
    InputError
        If an option is unknown or of the wrong type.

    Examples
    --------
    >>> load_objects([("good", 1), ("bad", 0), ("fine", 1), ("poor", 0)]).n_samples
    4
    """
    return load_in_memory(data, read_options(options))


def load_image_example(data: Any = None, *, regression: bool = False, **options: Any) -> Samples:
    """Load images.

    Parameters
    ----------
    data
        Pairs of an image (a picture of Pillow, an array, the path of a file) and its target, or whatever
        ``load_objects`` takes; by default 600 handwritten digits.
    regression
        Whether the targets are numbers to predict; otherwise they are classes, named by words or integers.
    **options
        As of ``load_objects``.

    Raises
    ------
    SamplesError
        If it cannot be read, a target is not of the expected kind, or too few samples can be read.

    Examples
    --------
    >>> load_image_example().n_samples
    600
    """
    return _load("demo:digits", "image", data, options, regression=regression)


def load_text_example(data: Any = None, *, regression: bool = False, **options: Any) -> Samples:
    """Load texts.

    Parameters
    ----------
    data
        Pairs of a text (``str``), or a ``Path`` to a text file, and its target, or whatever ``load_objects``
        takes; by default 600 short documents.
    regression, **options
        As for images.

    Raises
    ------
    SamplesError
        As for images.
    """
    return _load("demo:docstrings", "text", data, options, regression=regression)


def load_audio_example(data: Any = None, *, regression: bool = False, **options: Any) -> Samples:
    """Load audio recordings.

    Parameters
    ----------
    data
        Pairs of a recording (``(waveform, sampling rate)``, the path of a file) and its target, or whatever
        ``load_objects`` takes; by default 400 spoken digits.
    regression, **options
        As for images.

    Raises
    ------
    SamplesError
        As for images.
    """
    return _load("demo:spoken-digits", "audio", data, options, regression=regression)


def _load(demo: str, modality: Modality, data: Any, options: dict[str, Any], *, regression: bool) -> Samples:
    kind = "regression" if regression else None
    wanted = read_options({"modality": modality, "target_kind": kind} | options)
    if data is None:
        return load_samples(demo, replace(wanted.reading, target_kind=options.get("target_kind")))
    return load_in_memory(data, replace(wanted, integers_are_classes=not regression))
