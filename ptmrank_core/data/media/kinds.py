"""The kinds of media files: one record for each, and one function that reads them all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ptmrank_core.data.deduplication import DecodingChange
from ptmrank_core.data.encodings.candidates import codec_of
from ptmrank_core.data.encodings.decoding import Decoded, decode_text, find_encoding, is_utf8
from ptmrank_core.data.media.audio import RECORDINGS, AudioItem, check_audio
from ptmrank_core.data.media.formats import Formats, UnidentifiedError
from ptmrank_core.data.media.images import PICTURES, ImageItem
from ptmrank_core.data.media.picture_checks import check_image
from ptmrank_core.data.media.text import TextItem, digest_text
from ptmrank_core.data.media.video import VIDEOS, VideoItem, check_video
from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.sources.signatures import is_git_lfs_pointer
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import AS_RECOGNISED, Item, LeftOut, Modality, Reading

__all__ = [
    "LFS_REASON",
    "MEDIA",
    "TEXTS",
    "Checked",
    "MediaKind",
    "check_entry",
    "names_media",
    "settle_encoding",
]

LFS_REASON = "a Git LFS pointer in place of the file; run git lfs pull where it comes from"

TEXTS = Formats(
    one="a text",
    kind="text",
    read=".txt .text .md .markdown .rst",
    others=".doc .docx .odt .rtf .pdf .html .htm .epub .tex .pages",
    better="TXT in UTF-8",
)
MAX_LOOKED_AT_BYTES = 2**26
LONGEST_PATH = 300
"""Bytes of texts that are looked at for their encoding, before they are read one by one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that can be decoded.

    Parameters
    ----------
    item
        The sample.
    digest
        SHA-256 (hex) of its content.
    changes
        The changes made by decoding.
    flaw
        What makes it doubtful as a sample (``"silent"``); empty for nothing.
    """

    item: Item
    digest: str
    changes: frozenset[DecodingChange]
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class MediaKind:
    """A kind of media files.

    Parameters
    ----------
    modality
        Modality of the samples.
    plural
        Word for them in messages.
    formats
        Their file formats.
    check
        Decodes a file, given the entry, its bytes and the limits; a ``SamplesError`` is the reason to leave
        it out.
    """

    modality: Modality
    plural: str
    formats: Formats
    check: Callable[[Entry, bytes, Limits], Checked]


@dataclass(frozen=True, slots=True)
class ReadAs:
    """The change that a text is decoded from another encoding than UTF-8."""

    name: str

    def sentence(self, count: int) -> str:
        """Write the note on the number of texts in this encoding."""
        return f"{'1 text was' if count == 1 else f'{count} texts were'} read as {self.name}."


def _check_picture(entry: Entry, data: bytes, limits: Limits) -> Checked:
    facts = check_image(entry.name, data, limits.max_pixels)
    digest = hashlib.sha256(data).hexdigest()
    item = ImageItem(entry.blob, digest, limits.max_pixels, facts.brightest)
    return Checked(item, digest, facts.changes, facts.flaw)


def _check_recording(entry: Entry, data: bytes, limits: Limits) -> Checked:
    facts = check_audio(entry.name, data, limits)
    digest = hashlib.sha256(data).hexdigest()
    item = AudioItem(entry.blob, digest, facts.n_frames, limits)
    return Checked(item, digest, facts.changes, facts.flaw)


def _check_video(entry: Entry, data: bytes, limits: Limits) -> Checked:
    n_frames = check_video(entry.name, data, limits)
    digest = hashlib.sha256(data).hexdigest()
    return Checked(VideoItem(entry.blob, digest, n_frames, limits.max_pixels), digest, frozenset())


def _check_text(
    entry: Entry,
    data: bytes,
    limits: Limits,  # noqa: ARG001 - the size of the file limits a text
    reading: Reading = AS_RECOGNISED,
    encoding: str | None = None,
) -> Checked:
    suffix = suffix_of(entry.name)
    if suffix and suffix not in TEXTS.suffixes:  # texts of well-known data sets have no suffix
        raise TEXTS.explain(entry.name, UnidentifiedError(""))
    decoded = _decode(data, entry.name, reading.encoding, encoding)
    text = decoded.text.strip()
    if not text:
        raise SamplesError("an empty text")
    changes = {ReadAs(decoded.encoding)} if decoded.encoding else set()
    return Checked(TextItem(text), digest_text(text), frozenset(changes))


def _decode(data: bytes, name: str, named: str | None, common: str | None) -> Decoded:
    """Decode a text: as the user said, else as the other texts of its source, else by itself."""
    if named is None and common is not None and not is_utf8(data):
        try:
            return decode_text(data, name, common)
        except SamplesError:
            pass
    return decode_text(data, name, named)


# In the order of preference where several kinds have equally many files.
MEDIA: dict[Modality, MediaKind] = {
    kind.modality: kind
    for kind in (
        MediaKind("image", "pictures", PICTURES, _check_picture),
        MediaKind("audio", "recordings", RECORDINGS, _check_recording),
        MediaKind("video", "videos", VIDEOS, _check_video),
        MediaKind("text", "texts", TEXTS, _check_text),
    )
}


def settle_encoding(kind: MediaKind, entries: Iterable[Entry], reading: Reading) -> MediaKind:
    """Decide on one encoding for all texts of a source that are not UTF-8.

    Parameters
    ----------
    kind
        The kind of the files.
    entries
        The files that may be samples.
    reading
        Its ``encoding`` decides, if given.

    Returns
    -------
    MediaKind
        The same kind; texts are decoded in this encoding, or each in its own where none fits them all.

    Raises
    ------
    UnclearReadingError
        If they may be in several encodings.
    SamplesError
        If there is no encoding of the name that was given.
    """
    if kind.modality != "text":
        return kind
    if reading.encoding is not None:
        codec_of(reading.encoding)
        return replace(kind, check=partial(_check_text, reading=reading))
    return replace(kind, check=partial(_check_text, encoding=find_encoding(_other_texts(entries))))


def _other_texts(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield the bytes of texts that are not UTF-8, from the first files."""
    n_left = MAX_LOOKED_AT_BYTES
    for entry in entries:
        n_left -= entry.size_bytes
        if suffix_of(entry.name) not in {"", *TEXTS.suffixes} or n_left < 0:
            continue
        try:
            data = entry.blob.read()
        except SamplesError:  # reported when the file is read for good
            continue
        if not is_utf8(data) and b"\0" not in data:
            yield data


def check_entry(entry: Entry, kind: MediaKind, limits: Limits) -> Checked | LeftOut:
    """Read and decode one file.

    Parameters
    ----------
    entry
        The file.
    kind
        The kind that it should be of.
    limits
        Bounds on its size.

    Returns
    -------
    Checked or LeftOut
        The decoded file, or the reason why it cannot be a sample.
    """
    try:
        data = entry.blob.read()
        if is_git_lfs_pointer(data):
            return LeftOut(entry.name, LFS_REASON)
        return kind.check(entry, data, limits)
    except SamplesError as error:
        return LeftOut(entry.name, error.message.removeprefix(f"{entry.name!r} "))


def names_media(cells: Sequence[str]) -> bool:
    """Whether most cells of a column end like the files of samples: in ``.png``, ``.wav``, ``.txt`` ..."""
    suffixes = frozenset[str]().union(*(kind.formats.suffixes for kind in MEDIA.values()))
    ends = tuple(suffixes)
    longest = max(map(len, ends))
    filled = [stripped for cell in cells if (stripped := cell.strip())]
    # Cutting all of them up as paths takes longer.
    likely = [cell for cell in filled if cell[-longest:].lower().endswith(ends)]
    n_files = sum(suffix_of(cell) in suffixes and len(cell) < LONGEST_PATH for cell in likely)
    return 2 * n_files > len(filled)
