"""The encodings that texts may be in, and the languages that are written in them."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from ptmrank_core.data.encodings.languages import EAST_ASIAN
from ptmrank_core.errors import InputField, SamplesError

__all__ = ["ALPHABETS", "CANDIDATES", "Candidate", "codec_of", "foreign_candidate", "title_of"]

WESTERN = ("en", "de", "fr", "es", "pt", "it", "nl", "da", "sv", "no", "fi", "ca")
CENTRAL = ("pl", "cs", "sk", "hu", "ro", "hr", "sl", "sq")
BALTIC = ("et", "lt", "lv")
CYRILLIC = ("ru", "uk", "bg", "mk")
ARABIC = ("ar", "fa", "ur")
ALPHABETS = (*WESTERN, *CENTRAL, *BALTIC, *CYRILLIC, *ARABIC, "tr", "el", "he", "th")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An encoding.

    Parameters
    ----------
    codec
        What Python calls it, and what the user names.
    title
        What people call it.
    languages
        Languages that are written in it.
    cost
        How much rarer it is than others, in nats.
    """

    codec: str
    title: str
    languages: tuple[str, ...]
    cost: float


# Where two give the same text, the first counts.
CANDIDATES = (
    Candidate("cp1252", "Windows-1252", WESTERN, 0.0),
    Candidate("cp1251", "Windows-1251", CYRILLIC, 0.0),
    Candidate("cp932", "Shift JIS", ("ja",), 0.0),
    Candidate("gb18030", "GB 18030", ("zh-hans",), 0.0),
    Candidate("big5", "Big5", ("zh-hant",), 0.5),
    Candidate("cp949", "EUC-KR", ("ko",), 0.0),
    Candidate("euc_jp", "EUC-JP", ("ja",), 1.0),
    Candidate("cp1250", "Windows-1250", CENTRAL, 0.5),
    Candidate("koi8-r", "KOI8-R", CYRILLIC, 1.0),
    Candidate("cp866", "code page 866", CYRILLIC, 2.0),
    Candidate("iso8859-2", "ISO 8859-2", CENTRAL, 2.0),
    Candidate("cp1253", "Windows-1253", ("el",), 0.5),
    Candidate("cp1254", "Windows-1254", ("tr",), 0.5),
    Candidate("cp1255", "Windows-1255", ("he",), 0.5),
    Candidate("cp1256", "Windows-1256", ARABIC, 0.5),
    Candidate("cp1257", "Windows-1257", BALTIC, 1.0),
    Candidate("cp874", "Windows-874", ("th",), 1.0),
    Candidate("iso8859-7", "ISO 8859-7", ("el",), 6.0),
    Candidate("iso8859-5", "ISO 8859-5", CYRILLIC, 6.0),
    Candidate("koi8-u", "KOI8-U", ("uk",), 3.0),
    Candidate("mac_roman", "Mac Roman", WESTERN, 6.0),
    Candidate("mac_cyrillic", "Mac Cyrillic", CYRILLIC, 6.0),
    Candidate("cp850", "code page 850", WESTERN, 6.0),
    Candidate("cp852", "code page 852", CENTRAL, 6.0),
    Candidate("cp950", "Big5 of Windows", ("zh-hant",), 3.0),
)
TITLES = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    **{codecs.lookup(candidate.codec).name: candidate.title for candidate in CANDIDATES},
}
TEXT_SAMPLE = bytes(range(0x20, 0x7F))
HIGH_BYTES = bytes(range(0x80, 0x100))
EXAMPLES = "such as utf-8, cp1252, cp1251, cp932, gb18030 or big5"


def foreign_candidate(codec: str) -> Candidate | None:
    """Make a candidate of an encoding that charset-normalizer proposes.

    Parameters
    ----------
    codec
        What Python calls it.

    Returns
    -------
    Candidate or None
        ``None`` where it is a candidate already, or does not contain ASCII.
    """
    name = codecs.lookup(codec).name
    known = {codecs.lookup(candidate.codec).name for candidate in CANDIDATES}
    if name in known or name.startswith(("utf", "iso2022", "hz")) or not _contains_ascii(name):
        return None
    is_single = len(HIGH_BYTES.decode(name, "replace")) == len(HIGH_BYTES)
    return Candidate(codec, codec, ALPHABETS if is_single else EAST_ASIAN, 12.0)


def _contains_ascii(codec: str) -> bool:
    """Whether letters, digits and punctuation are those of ASCII."""
    try:
        return TEXT_SAMPLE.decode(codec).encode() == TEXT_SAMPLE
    except (UnicodeError, LookupError):
        return False


def codec_of(name: str) -> str:
    """Find the codec that a user names.

    Parameters
    ----------
    name
        In any spelling that Python knows: ``"windows-1251"``, ``"CP1251"``.

    Raises
    ------
    SamplesError
        If there is no such encoding of texts.
    """
    try:
        info = codecs.lookup(name.strip())
        b"a".decode(info.name)
        is_text = getattr(info, "_is_text_encoding", True)
    except (LookupError, UnicodeError, ValueError):
        is_text = name.strip().lower().startswith(("utf-16", "utf_16", "utf-32", "utf_32", "utf16", "utf32"))
        is_text = is_text and _is_known(name)
    if not is_text:
        raise SamplesError(
            f"There is no encoding of texts named {name!r}.",
            hint=f"Expected a name {EXAMPLES}.",
            fields=[InputField.ENCODING],
        )
    return codecs.lookup(name.strip()).name


def _is_known(name: str) -> bool:
    try:
        codecs.lookup(name.strip())
    except LookupError:
        return False
    return True


def title_of(codec: str) -> str:
    """Return what people call an encoding, with its name for Python where that differs."""
    title = TITLES.get(codecs.lookup(codec).name, codec)
    return title if title.lower() == codec.lower() else f"{title} ({codec})"
