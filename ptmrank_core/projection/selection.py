"""Chosen samples as a short text that can stand in an address."""

from __future__ import annotations

import base64
import binascii
import re

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ptmrank_core.errors import InputError

__all__ = ["MAX_SELECTION_CHARS", "decode_selection", "encode_selection"]

MAX_SELECTION_CHARS = 4_000
"""The longest text: any choice among 23,000 samples fits, and more where they stand together."""
READABLE_CHARS = 80
RANGES, BITS = "r", "b"
RANGE = re.compile(r"[1-9]\d{0,8}(?:-[1-9]\d{0,8})?", re.ASCII)


def encode_selection(rows: ArrayLike, n_samples: int) -> str:
    """Write chosen samples as a text.

    Their numbers from 1 as ranges (``"r1-5.9"``), which can be read; where these take over 80 characters, one
    bit for each sample (``"b"`` and URL-safe base64) if that is shorter.

    Parameters
    ----------
    rows
        Indices of samples, from 0.
    n_samples
        Number of all samples.

    Returns
    -------
    str
        Empty where nothing is chosen. It may be longer than :data:`MAX_SELECTION_CHARS`: such a text is not
        read again.

    Raises
    ------
    InputError
        If an index is not one of a sample.
    """
    chosen = np.unique(np.asarray(rows, dtype=np.int64))
    if not len(chosen):
        return ""
    if chosen[0] < 0 or chosen[-1] >= n_samples:
        raise InputError(f"Expected indices of {n_samples:,} samples, got {chosen[0]} to {chosen[-1]}.")
    ends = np.flatnonzero(np.diff(chosen) > 1)
    first, last = chosen[np.concatenate([[0], ends + 1])] + 1, chosen[np.concatenate([ends, [-1]])] + 1
    pairs = zip(first.tolist(), last.tolist(), strict=True)
    ranges = RANGES + ".".join(f"{one}" if one == other else f"{one}-{other}" for one, other in pairs)
    if len(ranges) <= READABLE_CHARS:
        return ranges
    bits = np.zeros(n_samples, dtype=np.uint8)
    bits[chosen] = 1
    packed = base64.urlsafe_b64encode(np.packbits(bits).tobytes().rstrip(b"\0")).decode().rstrip("=")
    return min(ranges, BITS + packed, key=len)


def decode_selection(text: str, n_samples: int, *, max_chars: int = MAX_SELECTION_CHARS) -> NDArray[np.int64]:
    """Read chosen samples from a text.

    Parameters
    ----------
    text
        As of :func:`encode_selection`, or made up by somebody.
    n_samples
        Number of all samples.
    max_chars
        A longer text is refused.

    Returns
    -------
    ndarray of int64
        Indices in ascending order, each once.

    Raises
    ------
    InputError
        If it is too long, is no such text, or names a sample that there is not.
    """
    if not text:
        return np.empty(0, dtype=np.int64)
    if len(text) > max_chars:
        raise InputError(f"Expected a selection of at most {max_chars:,} characters, got {len(text):,}.")
    kind, rest = text[0], text[1:]
    chosen = _of_ranges(rest, n_samples) if kind == RANGES else _of_bits(rest) if kind == BITS else None
    if chosen is None or not len(chosen):
        raise InputError(
            f"Expected a selection such as 'r1-5.9', got {text[:40]!r}.", hint="Select the samples again."
        )
    if chosen[-1] >= n_samples:
        raise InputError(
            f"The selection has sample number {chosen[-1] + 1:,}, and there are {n_samples:,} samples.",
            hint="It was made on other samples: select some of these.",
        )
    return chosen


def _of_ranges(text: str, n_samples: int) -> NDArray[np.int64] | None:
    """Read ranges; those that end behind the last sample are cut one behind it, so that they stay small."""
    found = []
    for part in text.split("."):
        if not RANGE.fullmatch(part):
            return None
        first, _, last = part.partition("-")
        start, stop = int(first) - 1, int(last or first)
        if stop <= start:
            return None
        found.append(np.arange(min(start, n_samples), min(stop, n_samples + 1), dtype=np.int64))
        if stop > n_samples:
            return np.array([stop - 1], dtype=np.int64)
    return np.unique(np.concatenate(found))


def _of_bits(text: str) -> NDArray[np.int64] | None:
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return np.flatnonzero(np.unpackbits(np.frombuffer(packed, dtype=np.uint8))).astype(np.int64)
