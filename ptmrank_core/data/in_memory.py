"""Samples from a list of pairs in a script: a file or a text, and its target."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ptmrank_core.data.deduplication import describe_changes
from ptmrank_core.data.labels.numbers import write_number
from ptmrank_core.data.media.kinds import MEDIA, Checked, check_entry
from ptmrank_core.data.media.text import TextItem, digest_text
from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.sources.folders import list_file
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.tables.assemble import assemble
from ptmrank_core.data.tables.items import TableItems
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import LeftOut, Modality, Reading, Samples

__all__ = ["PAIRS_PREFIX", "pair_samples"]

# Such samples exist only in the script that made them: their source identifies them, but is no path.
PAIRS_PREFIX = "pairs:"
EXPECTED = "Expected a list of pairs: a file (or a text, for texts) and its class, or its number."


def pair_samples(
    modality: Modality,
    pairs: Iterable[tuple[Any, Any]],
    *,
    regression: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Samples:
    """Make samples from a list of pairs.

    Parameters
    ----------
    modality
        What the samples are.
    pairs
        Each sample and its target. A sample is the path of a file; a text is also the text itself as ``str``,
        and then a file of text is given as a ``Path``.
    regression
        Whether the targets are numbers to predict; otherwise they are classes, words or integers.
    limits
        Bounds on the files.

    Returns
    -------
    Samples
        In the order of the list. Unreadable entries, duplicates and classes with one sample are in
        ``left_out``.

    Raises
    ------
    SamplesError
        If it is not a list of pairs, a target is not of the right kind, or too few samples are left.
    """
    items, read = TableItems(labels={"target": []}), []
    for number, pair in enumerate(pairs, start=1):
        sample, target = _unpack(pair, number)
        label = _write_target(target, number, regression=regression)
        made = _read(modality, sample, number, limits)
        if isinstance(made, LeftOut):
            items.left_out.append(made)
        else:
            name = f"text:{number}" if _is_text(modality, sample) else str(sample)
            items.add(name, made.item, made.digest, [label], None)
            read.append(made)
    reading = Reading(modality=modality, target_kind="regression" if regression else "classification")
    try:
        samples = assemble("the list", modality, items, reading, describe_changes(read))
    except SamplesError as error:  # its hint is about tables
        raise SamplesError(error.message, hint=EXPECTED) from error
    return replace(samples, source=f"{PAIRS_PREFIX}{samples.fingerprint[:16]}")


def _unpack(pair: Any, number: int) -> tuple[Any, Any]:
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise SamplesError(
            f"Entry {number} of the list is {_short(pair)}; expected a pair of a sample and its target.",
            hint=EXPECTED,
        )
    return pair[0], pair[1]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _write_target(target: Any, number: int, *, regression: bool) -> str:
    """Write a class or a number as the cell of a table."""
    plain = target.item() if isinstance(target, np.generic) else target
    if regression:
        if isinstance(plain, bool) or not isinstance(plain, int | float):
            raise SamplesError(
                f"The target of entry {number} is {_short(target)}; expected a number.",
                hint="Leave regression=True out where the targets are classes.",
            )
        return write_number(float(plain))
    if isinstance(plain, float):
        raise SamplesError(
            f"The target of entry {number} is the number {plain!r}; expected a class: a word or an integer.",
            hint="Pass regression=True where the targets are numbers to predict.",
        )
    if not isinstance(plain, str | int):
        raise SamplesError(
            f"The target of entry {number} is {_short(target)}; expected a word or an integer.", hint=EXPECTED
        )
    return str(plain)


def _is_text(modality: Modality, sample: Any) -> bool:
    """Whether a sample is the text itself; every other sample is the path of a file."""
    return modality == "text" and isinstance(sample, str)


def _read(modality: Modality, sample: Any, number: int, limits: Limits) -> Checked | LeftOut:
    """Read one sample, or return the reason to leave it out."""
    if _is_text(modality, sample):
        if not sample.strip():
            return LeftOut(f"text:{number}", "an empty text")
        return Checked(TextItem(sample), digest_text(sample), frozenset())
    if not isinstance(sample, str | os.PathLike):
        raise SamplesError(
            f"Entry {number} of the list is {_short(sample)}; expected the path of a file.", hint=EXPECTED
        )
    path = Path(sample).expanduser()
    try:
        (entry,) = list_file(path, limits).entries
    except SamplesError as error:
        return LeftOut(str(sample), error.message.partition(" cannot be used: ")[2].rstrip("."))
    return check_entry(Entry(str(sample), entry.size_bytes, entry.blob), MEDIA[modality], limits)
