r"""Names that somebody else gave, as text that can be stored, compared and shown anywhere.

A name of a file, an archive, a column, a class or a model may hold bytes that are no text, control characters
that a terminal obeys, and signs that turn the direction of what follows. Each becomes an escape that can be
seen: ``caf\xe9``, ``\x1b``, ``\u202e``. What joins letters and emoji (ZWJ, ZWNJ) is a part of a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["printable", "printable_lines", "printable_names", "tell_apart"]

# Control characters; what turns the direction of writing; what separates lines and paragraphs; what has no
# width and joins nothing; halves of surrogate pairs, which are also how Python reads bytes that are no text.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}
# What Python reads the bytes 0x80 to 0xff as, where they are no text.
_FIRST_BYTE, _LAST_BYTE = 0xDC80, 0xDCFF


def printable(text: str) -> str:
    r"""Escape what a name may not bring to a terminal, a table or a file.

    Parameters
    ----------
    text
        A name, or one line of a message, from a file system, an archive, a table, a model or a library.

    Returns
    -------
    str
        Valid Unicode on one line. ``\xe9`` stands for a byte that is no text, ``\u0085`` for a character;
        what needs no escape is unchanged, backslashes too, so that a second call changes nothing. Two names
        may therefore become one: where they are keys, :func:`tell_apart` is to be used.

    Examples
    --------
    >>> printable("caf\udce9"), printable("red\x1b[31m"), printable("café")
    ('caf\\xe9', 'red\\x1b[31m', 'café')
    """
    return _UNSAFE.sub(_escape, text)


def printable_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Make many names printable, for display: quickly where all of them are."""
    return tuple(map(printable, names)) if _UNSAFE.search("".join(names)) else names


def printable_lines(text: str) -> str:
    """Make a text of several lines printable, line by line."""
    return "\n".join(map(printable, text.split("\n"))) if _UNSAFE.search(text) else text


def _escape(match: re.Match[str]) -> str:
    sign = match.group()
    code = ord(sign)
    if _FIRST_BYTE <= code <= _LAST_BYTE:
        return f"\\x{code - 0xDC00:02x}"
    return _SHORT.get(sign) or (f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}")


def tell_apart(names: Iterable[str]) -> dict[str, str]:
    r"""Make names printable, different names staying different.

    Parameters
    ----------
    names
        Names that are keys: of the files of a folder, of classes, of columns. Equal names are one name.

    Returns
    -------
    dict
        Name -> printable name. A name that is printable already is unchanged; one that becomes equal to
        another is numbered: ``caf\xe9 (2)``. The order of the names does not matter.
    """
    distinct = dict.fromkeys(names)
    safe = {name: printable(name) for name in distinct}
    taken = {name for name in distinct if safe[name] == name}
    for name in sorted(distinct.keys() - taken):
        base, number = safe[name], 1
        while safe[name] in taken:
            number += 1
            safe[name] = f"{base} ({number})"
        taken.add(safe[name])
    return safe
