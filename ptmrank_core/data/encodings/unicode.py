"""UTF-8, UTF-16 and UTF-32, damaged or not, and what escapes to other characters."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from ptmrank_core.errors import SamplesError

__all__ = ["CHECKED_CHARS", "CONTROLS", "Decoded", "decode_unicode", "describe_legacy", "is_utf8"]

# UTF-32 first: its mark begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ESCAPED = ((re.compile(rb"\x1b\$[@B]"), "iso2022_jp_2"), (re.compile(rb"\x1b\$\)C"), "iso2022_kr"))
CONTROLS = re.compile("[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f]")
STRAY_ZEROS = 0.2
CHECKED_CHARS = 10_000
GOOD_FOR_EACH_BAD = 4
"""Characters outside ASCII that have to be UTF-8 for each that is not, for a text to be UTF-8 with damage."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and how it was decoded.

    Parameters
    ----------
    text
        The text.
    encoding
        What people call its encoding; empty for UTF-8.
    note
        Continues the file's name: "is not UTF-8 and was read as Windows-1251 (cp1251)"; empty for UTF-8.
    """

    text: str
    encoding: str = ""
    note: str = ""


def describe_legacy(text: str, title: str) -> Decoded:
    """Describe a text in an encoding of before Unicode.

    Parameters
    ----------
    text
        The text.
    title
        What people call its encoding.
    """
    note = f"is not UTF-8 and was read as {title}; if letters are wrong, name another encoding"
    return Decoded(text, title, note)


def is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8, with or without a mark, or UTF-16 or UTF-32 with one.

    Parameters
    ----------
    data
        The bytes.
    """
    if data.startswith(tuple(mark for mark, _ in MARKS)):
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def decode_unicode(data: bytes, name: str) -> Decoded | None:
    """Decode UTF-8, UTF-16, UTF-32 and what escapes to other characters; ``None`` for anything else.

    Parameters
    ----------
    data
        The whole file.
    name
        Its name, for messages.

    Raises
    ------
    SamplesError
        If it is one of them, and damaged.
    """
    for mark, codec in MARKS:
        if data.startswith(mark):
            try:
                return Decoded(data.decode(codec), codec.upper(), f"was read as {codec.upper()}")
            except UnicodeDecodeError as error:
                raise SamplesError(
                    f"{name!r} begins as {codec.upper()} but is damaged: {error.reason}"
                ) from error
    if b"\0" in data:
        return _decode_with_zeros(data, name)
    for pattern, codec in ESCAPED:
        if pattern.search(data):
            try:
                return describe_legacy(data.decode(codec), codec)
            except UnicodeDecodeError:
                pass
    try:
        return Decoded(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _decode_damaged(data)


def _decode_damaged(data: bytes) -> Decoded | None:
    """Decode UTF-8 in which a few bytes are wrong; ``None`` where it is something else.

    Wrong bytes are written with a backslash, so that labels that differ in nothing else stay apart.
    """
    lost = data.decode("utf-8-sig", "replace")
    n_bad = lost.count("\ufffd") - data.count("\ufffd".encode())
    n_good = len(lost) - len(lost.encode("ascii", "ignore")) - n_bad
    if n_good < GOOD_FOR_EACH_BAD * n_bad:
        return None
    text = data.decode("utf-8-sig", "backslashreplace")
    first = _first_bad(data)
    line = data.count(b"\n", 0, first) + 1
    places = "1 place" if n_bad == 1 else f"{n_bad:,} places"
    bad = f"\\x{data[first]:02x}"
    note = f"is UTF-8 except for {places}, read as {bad} and the like, first in line {line}"
    return Decoded(text, "UTF-8 with damage", note)


def _first_bad(data: bytes) -> int:
    """Return the place of the first byte that is no UTF-8."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return error.start + (len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0)
    return 0


def _decode_with_zeros(data: bytes, name: str) -> Decoded:
    """Decode UTF-16 or UTF-32 without a mark, or drop zeros that are stray in a text."""
    bare = data.replace(b"\0", b"")
    n_zeros = len(data) - len(bare)
    is_stray = n_zeros < STRAY_ZEROS * len(data)
    for decode in (_drop_zeros, _read_wide) if is_stray else (_read_wide,):
        decoded = decode(data, bare)
        if decoded is not None:
            return decoded
    raise SamplesError(
        f"{name!r} contains zero bytes, so it is not text, or is UTF-16 without a byte-order mark.",
        hint="Save it as UTF-8.",
    )


def _drop_zeros(data: bytes, bare: bytes) -> Decoded | None:
    """Decode a text without its zeros; ``None`` where more than these is no text."""
    if not bare or not is_utf8(bare) or CONTROLS.search(text := bare.decode("utf-8-sig")):
        return None
    n_zeros = len(data) - len(bare)
    count = "1 zero byte, which was" if n_zeros == 1 else f"{n_zeros:,} zero bytes, which were"
    return Decoded(text, "UTF-8 with zeros", f"holds {count} dropped")


def _read_wide(data: bytes, bare: bytes) -> Decoded | None:  # noqa: ARG001 - one signature for both
    """Decode UTF-16 or UTF-32 without a mark; ``None`` where it is neither."""
    for codec in _codecs_by_zeros(data):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if _is_plausible(text):
            return Decoded(text, codec.upper(), f"has no byte-order mark and was read as {codec.upper()}")
    return None


def _codecs_by_zeros(data: bytes) -> list[str]:
    """Name the encodings of two or four bytes a character that fit the places of the zeros."""
    found = []
    quarters = [data[place::4].count(0) for place in range(4)]
    n_fours = len(data) // 4
    if len(data) % 4 == 0:
        found += ["utf-32-le"] if quarters[3] == n_fours and quarters[2] == n_fours else []
        found += ["utf-32-be"] if quarters[0] == n_fours and quarters[1] == n_fours else []
    if len(data) % 2 == 0:
        first, second = quarters[0] + quarters[2], quarters[1] + quarters[3]
        found += ["utf-16-le"] if second > 50 * first else []
        found += ["utf-16-be"] if first > 50 * second else []
    return found


def _is_plausible(text: str) -> bool:
    """Whether the first characters of a text are all assigned, and none is a control character."""
    start = text[:CHECKED_CHARS]
    return not CONTROLS.search(start) and not any(unicodedata.category(c) in {"Cn", "Co"} for c in start)
