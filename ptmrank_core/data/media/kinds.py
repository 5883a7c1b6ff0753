"""The kinds of media files: one record for each, and one function that reads them all."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ptmrank_core.data.deduplication import DecodingChange
from ptmrank_core.data.media.audio import RECORDINGS, AudioItem, check_audio
from ptmrank_core.data.media.formats import Formats, UnidentifiedError
from ptmrank_core.data.media.images import PICTURES, ImageItem
from ptmrank_core.data.media.picture_checks import check_image
from ptmrank_core.data.media.text import TextItem, decode_text, digest_text
from ptmrank_core.data.media.video import VIDEOS, VideoItem, check_video
from ptmrank_core.data.sources.entries import Entry, suffix_of
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.sources.signatures import is_git_lfs_pointer
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Item, LeftOut, Modality

__all__ = [
    "LFS_REASON",
    "MEDIA",
    "TEXTS",
    "Checked",
    "MediaKind",
    "check_entry",
    "names_media",
    "recognise_kind",
]

LFS_REASON = "a Git LFS pointer in place of the file; run git lfs pull where it comes from"

TEXTS = Formats(
    one="a text",
    kind="text",
    read=".txt .text .md .markdown .rst",
    others=".doc .docx .odt .rtf .pdf .html .htm .epub .tex .pages",
    better="TXT in UTF-8",
)


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


def _check_text(entry: Entry, data: bytes, limits: Limits) -> Checked:  # noqa: ARG001 - the size of the file limits a text
    suffix = suffix_of(entry.name)
    if suffix and suffix not in TEXTS.suffixes:  # texts of well-known data sets have no suffix
        raise TEXTS.explain(entry.name, UnidentifiedError(""))
    text, note = decode_text(data)
    text = text.strip()
    if not text:
        raise SamplesError("an empty text")
    encoding = note.rpartition(" ")[2]
    changes = {ReadAs(encoding)} if encoding else set()
    return Checked(TextItem(text), digest_text(text), frozenset(changes))


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


def recognise_kind(names: Sequence[str]) -> MediaKind:
    """Recognise the kind of the files of a source: the one with most suffixes.

    Parameters
    ----------
    names
        Names of the files; formats that are not read count too, so that the reason fits.

    Returns
    -------
    MediaKind
        Pictures where no suffix is known: they are also recognised by their bytes.
    """
    suffixes = Counter(suffix_of(name) for name in names)
    counts = {
        modality: sum(suffixes[suffix] for suffix in kind.formats.all_suffixes)
        for modality, kind in MEDIA.items()
    }
    known = frozenset[str]().union(*(kind.formats.all_suffixes for kind in MEDIA.values()))
    n_unknown = sum(count for suffix, count in suffixes.items() if suffix not in known)
    best = max(MEDIA, key=lambda modality: counts[modality])
    # A few texts beside many files without a suffix, most likely pictures, are notes.
    return MEDIA["image"] if best == "text" and n_unknown > counts["text"] else MEDIA[best]


def names_media(cells: Sequence[str]) -> bool:
    """Whether most cells of a column end like the files of samples: in ``.png``, ``.wav``, ``.txt`` ..."""
    suffixes = frozenset[str]().union(*(kind.formats.suffixes for kind in MEDIA.values()))
    filled = [cell for cell in cells if cell.strip()]
    n_files = sum(suffix_of(cell.strip()) in suffixes and len(cell) < 300 for cell in filled)
    return 2 * n_files > len(filled)
