"""The files of a source, and checks of their names."""

from __future__ import annotations

import hashlib
import itertools
import posixpath
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ptmrank_core.errors import ArchiveError, SamplesError
from ptmrank_core.records import Blob, LeftOut

__all__ = [
    "HIDDEN_REASON",
    "Entry",
    "SourceListing",
    "clean_name",
    "common_root",
    "is_hidden",
    "read_unchanged",
    "suffix_of",
    "unreadable",
]

HIDDEN_REASON = "hidden or system file"
SYSTEM_NAMES = frozenset({"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "@eadir"})
DRIVE_LETTER = re.compile(r"[A-Za-z]:")
MAX_COMPONENT_BYTES = 255
"""The longest name that the usual file systems can store."""
SHOWN_CHARS = 600
MAX_PATH_CHARS = 4_096
"""The longest path that they open."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a source.

    Parameters
    ----------
    name
        Path inside the source, with ``/`` between its parts.
    size_bytes
        Unpacked size, as the source declares it.
    blob
        Its bytes, read when they are needed.
    sheet
        The sheet that is meant, of a spreadsheet that is several tables; else empty.
    """

    name: str
    size_bytes: int
    blob: Blob
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class SourceListing:
    """The files of a source, sorted by name, and the entries that cannot be read at all."""

    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]


def unreadable(name: str, cause: object) -> SamplesError:
    """Make the error of a file whose bytes cannot be read.

    Parameters
    ----------
    name
        Name of the entry; the message begins with it.
    cause
        What went wrong.

    Returns
    -------
    SamplesError
        For a blob to raise.
    """
    return SamplesError(f"{name!r} cannot be read: {cause}")


def read_unchanged(blob: Blob, digest: str, what: str) -> bytes:
    """Read the bytes of a sample again.

    Parameters
    ----------
    blob
        Reads them.
    digest
        SHA-256 (hex) of the bytes that were read first.
    what
        What the message calls it: ``"picture"``.

    Raises
    ------
    SamplesError
        If they can no longer be read, or have changed: features are cached under the digest, and must not be
        those of other bytes.
    """
    data = blob.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise SamplesError(f"A {what} has changed since it was read.", hint="Start the run again.")
    return data


def _unsafe_part(raw: str) -> str:
    """Return what makes a name unsafe; empty for a safe one."""
    parts = [part for part in raw.split("/") if part not in {"", "."}]
    size = max((len(part.encode("utf-8", "replace")) for part in parts), default=0)
    problems = {
        "a backslash": "\\" in raw,
        "a control character": any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in raw),
        "an absolute path": raw.startswith("/"),
        "a drive letter": DRIVE_LETTER.match(raw) is not None,
        # Some systems drop trailing dots and blanks, so that '.. ' would become '..' there.
        "a '..' component": any(not part.strip(". ") for part in parts),
        f"a component of more than {MAX_COMPONENT_BYTES} bytes": size > MAX_COMPONENT_BYTES,
        f"more than {MAX_PATH_CHARS:,} characters": len(raw) > MAX_PATH_CHARS,
    }
    return next((problem for problem, is_there in problems.items() if is_there), "")


def _shortened(raw: str) -> str:
    """Cut a name that would fill the screen."""
    return raw if len(raw) <= SHOWN_CHARS else f"{raw[:SHOWN_CHARS]}..."


def clean_name(raw: str) -> str:
    """Check a name that came from outside, and drop its empty and ``.`` components.

    Parameters
    ----------
    raw
        Name of an archive's entry or of an uploaded file.

    Returns
    -------
    str
        A relative path that stays within its folder; empty for the top folder itself.

    Raises
    ------
    ArchiveError
        If the name could lead out of its folder.
    """
    problem = _unsafe_part(raw)
    if problem:
        raise ArchiveError(
            f"The name {_shortened(raw)!r} is refused: it has {problem}; "
            "expected a relative path such as 'cat/1.png'.",
            hint="Rename it, pack the files again, and try once more.",
        )
    return "/".join(part for part in raw.split("/") if part not in {"", "."})


def is_hidden(name: str) -> bool:
    """Whether a file, or a folder above it, is hidden or belongs to the system."""
    return any(part.startswith(".") or part.lower() in SYSTEM_NAMES for part in name.split("/"))


def suffix_of(name: str) -> str:
    """Return the suffix of a name in lower case, ``".png"``; empty where there is none."""
    return posixpath.splitext(name)[1].lower()


def common_root(names: Iterable[str]) -> str:
    """Return the deepest folder that contains all of these files; empty for the source itself."""
    folders = [name.split("/")[:-1] for name in names]
    shared = itertools.takewhile(lambda level: len(set(level)) == 1, zip(*folders, strict=False))
    return "/".join(level[0] for level in shared)
