"""Bytes -> text, in the encoding that the user named or that is recognised."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ptmrank_core.data.encodings.candidates import codec_of, title_of
from ptmrank_core.data.encodings.detection import Ranked, detect, is_clear
from ptmrank_core.errors import InputField, ReadingOption, SamplesError, UnclearReadingError

__all__ = ["Decoded", "decode_text", "find_encoding", "is_utf8"]

# UTF-32 first: its mark begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ESCAPED = ((re.compile(rb"\x1b\$[@B]"), "iso2022_jp_2"), (re.compile(rb"\x1b\$\)C"), "iso2022_kr"))
BYTE_ORDER_MARK = "\ufeff"
LINE_MARKS = re.compile(r"(\A|[\r\n])\ufeff+")
"""Byte-order marks, of which a file has one for each file that it was made of."""
CONTROLS = re.compile("[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f]")
STRAY_ZEROS = 0.2
MOST_OPTIONS = 4
PREVIEW_LINES = 3
PREVIEW_CHARS = 100
CHECKED_CHARS = 10_000
NO_LANGUAGE = 9.0
"""Nats for each byte above which a text is in no language that is known."""
ASCII_FOR_EACH_OTHER = 10
GOOD_FOR_EACH_BAD = 20
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


def decode_text(data: bytes, name: str, encoding: str | None = None) -> Decoded:
    """Decode a text.

    Parameters
    ----------
    data
        The whole file.
    name
        Its name, for messages.
    encoding
        The encoding that the user named; ``None`` to recognise it: UTF-8, UTF-16 and UTF-32 first, then the
        encodings of before Unicode by what the text would be in them.

    Raises
    ------
    UnclearReadingError
        If it may be in several encodings.
    SamplesError
        If the bytes are no text, or not in the encoding that was named.
    """
    if encoding is not None:
        decoded: Decoded | None = _decode_as_named(data, name, encoding)
    else:
        decoded = _decode_unicode(data, name)
    if decoded is None:
        codec, text = _settle(data, name, detect([data]))
        decoded = _decoded(text, title_of(codec))
    if BYTE_ORDER_MARK not in decoded.text:
        return decoded
    return replace(decoded, text=LINE_MARKS.sub(r"\1", decoded.text))


def _decoded(text: str, title: str) -> Decoded:
    """Describe a text that is not in UTF-8."""
    note = f"is not UTF-8 and was read as {title}; if letters are wrong, name another encoding"
    return Decoded(text, title, note)


def _decode_as_named(data: bytes, name: str, encoding: str) -> Decoded:
    """Decode a text in the encoding that the user named."""
    codec = codec_of(encoding)
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SamplesError(
            f"{name!r} is not text in the encoding {encoding}: the byte 0x{data[error.start]:02x} in "
            f"line {line} is no character ({error.reason}).",
            hint="Expected another encoding, or none, so that it is recognised.",
            fields=[InputField.ENCODING],
        ) from error
    return Decoded(text.removeprefix("\ufeff"), title_of(codec), f"was read as {title_of(codec)}, as asked")


def is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8, with or without a mark, or UTF-16 or UTF-32 with one."""
    if data.startswith(tuple(mark for mark, _ in MARKS)):
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decode_unicode(data: bytes, name: str) -> Decoded | None:
    """Decode UTF-8, UTF-16, UTF-32 and what escapes to other characters; ``None`` for anything else."""
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
                return _decoded(data.decode(codec), codec)
            except UnicodeDecodeError:
                pass
    try:
        return Decoded(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _decode_damaged(data)


def _decode_damaged(data: bytes) -> Decoded | None:
    """Decode UTF-8 in which a few bytes are wrong; ``None`` where it is something else."""
    text = data.decode("utf-8-sig", "replace")
    n_bad = text.count("\ufffd") - data.count("\ufffd".encode())
    n_good = len(text) - len(text.encode("ascii", "ignore")) - n_bad
    if n_good < GOOD_FOR_EACH_BAD * n_bad:
        return None
    line = text.count("\n", 0, text.find("\ufffd")) + 1
    places = "1 place" if n_bad == 1 else f"{n_bad:,} places"
    return Decoded(
        text, "UTF-8 with damage", f"is UTF-8 except for {places}, read as \ufffd, first in line {line}"
    )


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


def _settle(data: bytes, name: str, ranked: Sequence[Ranked]) -> tuple[str, str]:
    """Decode a text in the likeliest encoding, if it is clear; one that does not fit all of it falls out."""
    texts = {}
    for found in ranked:
        try:
            texts[found.codec] = data.decode(found.codec)
        except UnicodeDecodeError:
            continue
        if len(texts) > MOST_OPTIONS:
            break
    left = [found for found in ranked if found.codec in texts and found.cost_per_byte < NO_LANGUAGE]
    if not left and _is_mostly_ascii(data):  # a letter or two tell little
        left = [found for found in ranked if found.codec in texts][:MOST_OPTIONS]
    if left and left[0] is ranked[0] and is_clear(left):
        return left[0].codec, texts[left[0].codec]
    if len(left) < 2:
        raise SamplesError(
            f"{name!r} is not UTF-8, and no text in any other encoding that is recognised.",
            hint="Expected a text in UTF-8.",
            fields=[InputField.ENCODING],
        )
    raise _ask(f"{name!r} is", left, lambda codec: texts[codec])


def _is_mostly_ascii(data: bytes) -> bool:
    """Whether bytes are a text in ASCII but for a few of them."""
    n_others = len(data.translate(None, bytes(range(128))))
    return ASCII_FOR_EACH_OTHER * n_others <= len(data) and not CONTROLS.search(data.decode("latin-1"))


def find_encoding(texts: Iterable[bytes]) -> str | None:
    """Find the one encoding of several files, none of which is UTF-8.

    Parameters
    ----------
    texts
        The bytes of the files; not all are read where there are many.

    Returns
    -------
    str or None
        ``None`` where there are no files, or no encoding fits them all, so that each has its own.

    Raises
    ------
    UnclearReadingError
        If they may be in several encodings.
    """
    kept: list[bytes] = []

    def watch() -> Iterable[bytes]:
        for text in texts:
            if len(kept) < PREVIEW_LINES:
                kept.append(text)
            yield text

    ranked = detect(watch())
    if not kept or not ranked[0].is_whole:
        return None
    if is_clear(ranked):
        return ranked[0].codec
    sample = b"\n".join(text[:CHECKED_CHARS] for text in kept)
    likely = [found for found in ranked if found.is_whole and found.cost_per_byte < NO_LANGUAGE]
    if len(likely) < 2:
        return None
    raise _ask("The texts are", likely, lambda codec: sample.decode(codec, "replace"))


def _ask(subject: str, ranked: Sequence[Ranked], read: Callable[[str], str]) -> UnclearReadingError:
    """Make the question which encoding a text is in."""
    options = [
        ReadingOption(
            f"The encoding is {title_of(found.codec)}.",
            {"encoding": found.codec},
            _preview(read(found.codec)),
        )
        for found in ranked[:MOST_OPTIONS]
    ]
    return UnclearReadingError(
        f"{subject} not UTF-8, and may be in several encodings.",
        options,
        hint="Another one can be named as well.",
        fields=[InputField.ENCODING],
    )


def _preview(text: str) -> tuple[str, ...]:
    """Return the first lines in which the encoding shows."""
    lines = (line.strip() for line in text.splitlines() if not line.isascii())
    return tuple(line[:PREVIEW_CHARS] for line, _ in zip(lines, range(PREVIEW_LINES), strict=False))
