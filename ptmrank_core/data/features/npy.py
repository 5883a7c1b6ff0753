"""One array in NumPy's own format, read without trusting its header."""

from __future__ import annotations

import io
import math
import sys
import tokenize
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.records.names import reason_of

__all__ = ["NPY_MAGIC", "read_array"]

NPY_MAGIC = b"\x93NUMPY"
# A header of version 3 is that of records with fields, which are no features.
HEADER_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
PLAIN_KINDS = "biufcUSmM"
HEADER_ERRORS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    SyntaxError,
    RecursionError,
    MemoryError,  # Python's parser, on brackets or signs that are too deep
    tokenize.TokenError,
)
"""What NumPy raises on a header that is no header: it is a Python literal, as long as 10,000 characters."""


def read_array(data: bytes, name: str) -> NDArray[Any]:
    """Read an array, of numbers or of texts.

    Parameters
    ----------
    data
        The whole content of an ``.npy`` file.
    name
        Name of the array, for messages.

    Returns
    -------
    ndarray
        Read-only; it shares the memory of ``data``.

    Raises
    ------
    InputError
        If the header is damaged, names another type or promises another size than there is. Nothing is
        unpickled, and no memory is taken for what the header promises.
    """
    stream = io.BytesIO(data)
    try:
        shape, in_columns, kind = _read_header(stream)
    except HEADER_ERRORS as error:
        reason = reason_of(error)
        raise InputError(f"the header of {name!r} is damaged: {reason}") from error
    if kind.hasobject or kind.kind not in PLAIN_KINDS or kind.subdtype is not None:
        what = "pickled objects" if kind.hasobject else f"values of the type {kind}"
        raise InputError(f"{name!r} holds {what}; expected numbers or texts")
    if kind.kind == "U" and _has_no_characters(data[stream.tell() :], kind):
        raise InputError(f"{name!r} holds numbers that are no characters of Unicode")
    if not all(type(size) is int and size >= 0 for size in shape):
        raise InputError(f"the header of {name!r} gives the shape {shape}")
    start = stream.tell()
    declared, there = math.prod(shape) * kind.itemsize, len(data) - start
    if declared != there or not kind.itemsize:
        raise InputError(f"{name!r} holds {there:,} bytes where its header declares {declared:,}")
    try:
        array = np.frombuffer(data, dtype=kind, offset=start) if there else np.zeros(0, dtype=kind)
        return array.reshape(shape, order="F" if in_columns else "C")
    except (ValueError, OverflowError) as error:
        raise InputError(f"{name!r} cannot have the shape {shape}: {error}") from error


def _has_no_characters(content: bytes, kind: np.dtype[Any]) -> bool:
    """Whether texts hold numbers that are no characters, which end Python's own reading of them."""
    letters = np.frombuffer(content[: len(content) // 4 * 4], dtype=f"{kind.byteorder}u4")
    return bool(letters.size) and int(letters.max()) > sys.maxunicode


def _read_header(stream: io.BytesIO) -> tuple[tuple[Any, ...], bool, np.dtype[Any]]:
    """Read the shape, whether it is stored column by column, and the type."""
    version = np.lib.format.read_magic(stream)
    read = HEADER_READERS.get(version)
    if read is None:
        raise ValueError(f"version {version[0]}.{version[1]} of the format is not read")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a file that Python 2 wrote is read like any other
        shape, in_columns, kind = read(stream)
    return shape, in_columns, kind
