"""What refuses an archive as a whole, whatever its format, and what is left out of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from ptmrank_core.data.sources.entries import (
    HIDDEN_REASON,
    Entry,
    SourceListing,
    clean_name,
    is_hidden,
    suffix_of,
)
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.sources.signatures import is_archive
from ptmrank_core.errors import ArchiveError
from ptmrank_core.records import Blob, LeftOut
from ptmrank_core.records.names import printable

__all__ = ["ArchiveNames", "HeadBlob", "check_size", "check_total", "is_bomb", "list_files", "refuse"]

EMPTY_HINT = "Expected one folder of files for each class, or a table."


class HeadBlob(Blob, Protocol):
    """The bytes of a file in an archive."""

    def head(self) -> bytes:
        """Return the first bytes; none where they are damaged, which ``read`` reports."""
        ...


HeadT = TypeVar("HeadT", bound=HeadBlob)


def refuse(name: str, problem: str, hint: str) -> ArchiveError:
    """Make the error that refuses a whole archive because of one entry."""
    return ArchiveError(f"The archive is refused: its entry {name!r} {problem}.", hint=hint)


def is_bomb(size: int, packed: int, limits: Limits) -> bool:
    """Whether something unpacks to a suspicious multiple of its size."""
    return size > limits.ratio_floor_bytes and size > limits.max_ratio * packed


def check_size(name: str, size: int, limits: Limits) -> None:
    """Refuse an entry that unpacks to too much."""
    if size < 0:
        raise refuse(name, f"declares a size of {size:,} bytes", "Pack the files again.")
    if size > limits.max_entry_bytes:
        raise refuse(
            name,
            f"unpacks to {size:,} bytes; at most {limits.max_entry_bytes:,} are accepted",
            "Leave it out, or make it smaller.",
        )


def check_total(title: str, total: int, packed: int, limits: Limits) -> None:
    """Refuse an archive that unpacks to too much in total."""
    if total > limits.max_total_bytes:
        raise ArchiveError(
            f"{title!r} unpacks to {total:,} bytes; at most {limits.max_total_bytes:,} are accepted.",
            hint="Pack fewer or smaller files.",
        )
    # Compared with the size of the file: overlapping entries declare the same packed bytes many times.
    if is_bomb(total, packed, limits):
        raise ArchiveError(
            f"{title!r} unpacks from {packed:,} to {total:,} bytes; more than {limits.max_ratio} "
            "times its size suggests a decompression bomb.",
            hint="Pack the files without compression.",
        )


@dataclass(slots=True)
class ArchiveNames:
    """The names of an archive's entries, each accepted once.

    Parameters
    ----------
    title
        Name of the archive, for messages.
    limits
        ``max_entries`` is used.
    seen
        The names so far.
    """

    title: str
    limits: Limits
    seen: set[str] = field(default_factory=set)

    def accept(self, raw: str) -> str:
        """Check the next name; backslashes separate folders, as some Windows programs write them.

        Raises
        ------
        ArchiveError
            If it is unsafe, occurs twice, or is one too many.
        """
        name = printable(clean_name(raw.replace("\\", "/")))
        if len(self.seen) == self.limits.max_entries:
            raise ArchiveError(
                f"{self.title!r} has more than the {self.limits.max_entries:,} entries that are accepted.",
                hint="Pack fewer files.",
            )
        if name in self.seen:
            raise refuse(name, "occurs twice", "Pack the files again, each of them once.")
        self.seen.add(name)
        return name


def list_files(
    title: str, files: Iterable[tuple[str, int, HeadT, str]], expected: Collection[str]
) -> SourceListing:
    """List the files of an archive.

    Parameters
    ----------
    title
        Name of the archive, for messages.
    files
        Name, unpacked size and bytes of each file, and the reason why it cannot be read at all, or nothing.
    expected
        Suffixes of files that may be archives by their first bytes: ``".npz"``.

    Returns
    -------
    SourceListing
        Sorted by name. Hidden and system files are left out, and so they may be anything.

    Raises
    ------
    ArchiveError
        If there is no file, or one that is not hidden is an archive itself.
    """
    entries, left_out = [], []
    for name, size, blob, reason in sorted(files, key=lambda file: file[0]):
        if not name:
            left_out.append(LeftOut("(an entry)", "it has no name"))
        elif is_hidden(name):
            left_out.append(LeftOut(name, HIDDEN_REASON))
        elif reason:
            left_out.append(LeftOut(name, reason))
        elif is_archive(name):
            raise refuse(name, "is an archive inside the archive", "Unpack it first, or leave it out.")
        elif suffix_of(name) not in expected and is_archive(name, blob.head()):
            raise refuse(
                name,
                "is an archive by its first bytes",
                "Unpack it first, or leave it out; office documents are archives too.",
            )
        else:
            entries.append(Entry(name, size, blob))
    if not entries and not left_out:
        raise ArchiveError(f"{title!r} holds no files.", hint=EMPTY_HINT)
    return SourceListing(tuple(entries), tuple(left_out))
