"""Bytes -> text, in the encoding that the user named or that is recognised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ptmrank_core.data.encodings.candidates import codec_of, title_of
from ptmrank_core.data.encodings.detection import Ranked, detect, is_clear
from ptmrank_core.data.encodings.unicode import (
    CHECKED_CHARS,
    CONTROLS,
    Decoded,
    decode_unicode,
    describe_legacy,
    is_utf8,
)
from ptmrank_core.errors import InputField, ReadingOption, SamplesError, UnclearReadingError

__all__ = ["Decoded", "decode_text", "find_encoding", "is_utf8"]

BYTE_ORDER_MARK = "\ufeff"
LINE_MARKS = re.compile(r"(\A|[\r\n])\ufeff+")
"""Byte-order marks, of which a file has one for each file that it was made of."""
MOST_OPTIONS = 4
PREVIEW_LINES = 3
PREVIEW_CHARS = 100
NO_LANGUAGE = 9.0
"""Nats for each byte above which a text is in no language that is known."""
ASCII_FOR_EACH_OTHER = 10


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
        decoded = decode_unicode(data, name)
    if decoded is None:
        codec, text = _settle(data, name, detect([data]))
        decoded = describe_legacy(text, title_of(codec))
    if BYTE_ORDER_MARK not in decoded.text:
        return decoded
    return replace(decoded, text=LINE_MARKS.sub(r"\1", decoded.text))


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
