"""JSON that somebody else wrote: the one place where it is parsed.

Python's parser raises errors of four kinds, keeps the last of two values of one key, and reads a whole file
however large it is. Here every fault is a ``ValueError`` whose text completes "It ...", and repeated keys are
told.
"""

from __future__ import annotations

import codecs
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptmrank_core.records.foreign.regular import IrregularFileError, open_regular
from ptmrank_core.records.names import printable, reason_of

__all__ = ["JsonFile", "parse_json", "read_json_file", "unreadable_json"]

MAX_BYTES = 64 * 2**20
"""More than any configuration or card has; tokenizers of large vocabularies are not read here."""
MAX_DEPTH = 200
"""Objects and lists within one another; whoever walks through a value does so by recursion."""
MAX_DIGITS = 1000
"""Of a whole number: more than any identifier has, and fewer than Python refuses to convert."""
MAX_REPEATED = 5
# The longer mark first: that of UTF-16 is the beginning of that of UTF-32.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


PLAIN = (b"", "utf-8")


@dataclass(frozen=True, slots=True)
class JsonFile:
    """A parsed text.

    Parameters
    ----------
    value
        What it holds.
    repeated
        Keys that occur twice in one object, at most five of them: the last value was kept.
    """

    value: Any
    repeated: tuple[str, ...] = ()


def unreadable_json(error: Exception) -> str:
    """Say why a file of JSON could not be read, or holds something else than its reader expects.

    Parameters
    ----------
    error
        An ``OSError`` or ``ValueError`` of :func:`read_json_file`, or what looking into its value raised.
    """
    if isinstance(error, OSError):
        return f"{error.strerror or error}"
    if isinstance(error, KeyError | TypeError | AttributeError | IndexError):
        return reason_of(error)
    return f"it {error}"


def parse_json(
    content: bytes | str, *, finite: bool = False, unique: bool = False, marks: bool = True
) -> JsonFile:
    """Parse a JSON text.

    Parameters
    ----------
    content
        The text, or its bytes in UTF-8, or in UTF-16 or UTF-32 with their byte order mark.
    finite
        Whether NaN, Infinity and numbers beyond the range of floats are refused.
    unique
        Whether a key that occurs twice in one object is refused.
    marks
        Whether a byte order mark is obeyed; a text that others read after us must have none.

    Raises
    ------
    ValueError
        If it is no JSON, is nested too deeply, or has a number that is too long; the message says which.
    """
    text = content if isinstance(content, str) else _decoded(content, marks=marks)
    repeated: dict[str, None] = {}

    def make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Make an object, and note keys that occur twice."""
        made = dict(pairs)
        if len(made) < len(pairs) and len(repeated) < MAX_REPEATED:
            counts = Counter(key for key, _ in pairs)
            repeated.update((key, None) for key, count in counts.items() if count > 1)
        return made

    options: dict[str, Any] = (
        {"parse_float": _finite_float, "parse_constant": _refuse_constant} if finite else {}
    )
    try:
        value = json.loads(text, object_pairs_hook=make_object, parse_int=_whole_number, **options)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"is not JSON: {error.msg} at line {error.lineno:,}, column {error.colno:,}"
        ) from error
    except (RecursionError, MemoryError) as error:
        raise ValueError(_TOO_DEEP) from error
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(value)
    keys = tuple(printable(key) for key in list(repeated)[:MAX_REPEATED])
    if unique and keys:
        raise ValueError(f"has the key {keys[0]!r} twice in one object")
    return JsonFile(value, keys)


_TOO_DEEP = f"is not JSON that can be read: it is nested more than {MAX_DEPTH} levels deep"


def _decoded(content: bytes, *, marks: bool) -> str:
    """Decode bytes by their byte order mark; without one they are UTF-8."""
    found = (both for both in MARKS if content.startswith(both[0]))
    mark, encoding = next(found, PLAIN) if marks else PLAIN
    try:
        return content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"is not JSON: byte {error.start:,} is no text in {encoding.upper()}") from error


def _whole_number(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"has a number of {len(digits):,} digits")
    return int(digits)


def _finite_float(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise ValueError(f"has the number {digits[:20]}, which is too large")
    return number


def _refuse_constant(name: str) -> float:
    raise ValueError(f"has {name}, which is no number of JSON")


def _check_depth(value: Any) -> None:
    """Refuse a value with objects and lists that are nested too deeply, level by level."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        level = [
            part
            for one in level
            for part in (one.values() if type(one) is dict else one)
            if type(part) is dict or type(part) is list
        ]
        if not level:
            return
    raise ValueError(_TOO_DEEP)


def read_json_file(
    path: Path,
    *,
    max_bytes: int = MAX_BYTES,
    finite: bool = False,
    unique: bool = False,
    marks: bool = True,
) -> JsonFile:
    """Read a file of JSON; a pipe, a device or a folder is never opened.

    Parameters
    ----------
    path
        The file; a link is followed.
    max_bytes
        The largest file that is read.
    finite, unique, marks
        As for :func:`parse_json`.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is no regular file, is too large, or is not JSON as :func:`parse_json` reads it.
    """
    try:
        with open_regular(path) as file:
            content = file.read(max_bytes + 1)
    except IrregularFileError:
        raise ValueError("is not a regular file") from None
    if len(content) > max_bytes:
        raise ValueError(f"is larger than {max_bytes:,} bytes")
    return parse_json(content, finite=finite, unique=unique, marks=marks)
