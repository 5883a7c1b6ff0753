"""Zip archives: refused as a whole if one entry is unsafe, and never unpacked to disk."""

from __future__ import annotations

import io
import stat
import struct
import weakref
import zipfile
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ptmrank_core.data.sources.entries import Entry, SourceListing, clean_name, suffix_of, unreadable
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.sources.signatures import HEAD_BYTES, is_archive
from ptmrank_core.errors import ArchiveError
from ptmrank_core.records import LeftOut

__all__ = ["open_archive"]

DAMAGE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,  # an offset before the file's start, a name that is no UTF-8
    NotImplementedError,  # a version or a flag that zipfile does not know
)
"""What zipfile raises on damaged data, as opposed to programming errors."""

ENCRYPTED_FLAGS = 0x1 | 0x40 | 0x2000
UTF8_NAME_FLAG = 0x800
READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Only these: Python's bzip2 and LZMA members cannot be read in bounded memory."""
METHOD_NAMES = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"}


class SampleArchive(zipfile.ZipFile):
    """An open archive whose members can be sent to another process, which opens the file itself."""

    def __init__(self, file: str | Path | io.BytesIO) -> None:
        super().__init__(file)
        if self.fp is not None:
            # ZipFile closes its file when it is deleted; in a cycle the file may well be deleted before it.
            weakref.finalize(self, self.fp.close)

    def __reduce__(self) -> tuple[Callable[[str], SampleArchive], tuple[str]]:
        if self.filename is None:
            raise TypeError("An archive in memory stays in its process.")
        return _reopen, (self.filename,)


@lru_cache(maxsize=4)
def _reopen(path: str) -> SampleArchive:
    """Open an archive once per process, however many of its members arrive."""
    return SampleArchive(path)


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of an open archive, as a blob."""

    archive: SampleArchive
    info: zipfile.ZipInfo
    name: str

    def read(self) -> bytes:
        """Return the bytes, with their checksum verified.

        Raises
        ------
        SamplesError
            If the entry is damaged.
        """
        size = self.info.file_size
        try:
            with self.archive.open(self.info) as file:
                # Never without a number: a wrong declared size could otherwise use unlimited memory.
                data = file.read(size)
        except DAMAGE_ERRORS as error:
            raise unreadable(self.name, error) from error
        if len(data) != size:
            raise unreadable(self.name, f"{len(data):,} bytes where {size:,} were declared")
        return data

    def head(self) -> bytes:
        """Return the first bytes; none where the entry is damaged, which ``read`` reports."""
        try:
            with self.archive.open(self.info) as file:
                return file.read(HEAD_BYTES)
        except DAMAGE_ERRORS:
            return b""


def _decoded_name(info: zipfile.ZipInfo) -> str:
    """Decode the name of an entry.

    macOS writes UTF-8 without the flag that says so; zipfile reads such names as code page 437.
    """
    name = info.orig_filename
    if info.flag_bits & UTF8_NAME_FLAG:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _refuse(name: str, problem: str, hint: str) -> ArchiveError:
    """Make the error that refuses a whole archive because of one entry."""
    return ArchiveError(f"The archive is refused: its entry {name!r} {problem}.", hint=hint)


def _is_bomb(size: int, packed: int, limits: Limits) -> bool:
    """Whether something unpacks to a suspicious multiple of its size."""
    return size > limits.ratio_floor_bytes and size > limits.max_ratio * packed


def _check_kind(info: zipfile.ZipInfo, name: str) -> None:
    """Refuse entries that are neither plain files nor folders."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise _refuse(name, "is a symbolic link", "Pack the file itself instead.")
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _refuse(name, "is a device or a pipe; expected plain files", "Leave it out.")
    if info.flag_bits & ENCRYPTED_FLAGS:
        raise _refuse(name, "is encrypted", "Pack the files again without a password.")
    if not info.is_dir() and is_archive(name):
        raise _refuse(name, "is an archive inside the archive", "Unpack it first, or leave it out.")


def _check_size(info: zipfile.ZipInfo, name: str, limits: Limits) -> None:
    """Refuse an entry that unpacks to too much."""
    size, packed = info.file_size, info.compress_size
    if size > limits.max_entry_bytes:
        raise _refuse(
            name,
            f"unpacks to {size:,} bytes; at most {limits.max_entry_bytes:,} are accepted",
            "Leave it out, or make it smaller.",
        )
    if _is_bomb(size, packed, limits):
        raise _refuse(
            name,
            f"unpacks from {packed:,} to {size:,} bytes; more than {limits.max_ratio} times its "
            "size suggests a decompression bomb",
            "Leave it out, or pack it without compression.",
        )


def _check_whole(infos: Sequence[zipfile.ZipInfo], packed: int, title: str, limits: Limits) -> None:
    """Refuse an archive that unpacks to too much in total."""
    total = sum(info.file_size for info in infos)
    if total > limits.max_total_bytes:
        raise ArchiveError(
            f"{title!r} unpacks to {total:,} bytes; at most {limits.max_total_bytes:,} are accepted.",
            hint="Pack fewer or smaller files.",
        )
    # Compared with the size of the file: overlapping entries declare the same packed bytes many times.
    if _is_bomb(total, packed, limits):
        raise ArchiveError(
            f"{title!r} unpacks from {packed:,} to {total:,} bytes; more than {limits.max_ratio} "
            "times its size suggests a decompression bomb.",
            hint="Pack the files without compression.",
        )


def _check_entries(archive: SampleArchive, title: str, limits: Limits) -> list[Member]:
    """Check every entry, hidden ones too, and return the files among them."""
    infos = archive.infolist()
    if len(infos) > limits.max_entries:
        raise ArchiveError(
            f"{title!r} has {len(infos):,} entries; at most {limits.max_entries:,} are accepted.",
            hint="Pack fewer files.",
        )
    members = []
    seen: set[str] = set()
    for info in infos:
        name = clean_name(_decoded_name(info))
        if name in seen:
            raise _refuse(name, "occurs twice", "Pack the files again, each of them once.")
        seen.add(name)
        _check_kind(info, name)
        _check_size(info, name, limits)
        if not info.is_dir():
            members.append(Member(archive, info, name))
    if not members:
        raise ArchiveError(
            f"{title!r} holds no files.", hint="Expected one folder of files for each class, or a table."
        )
    return sorted(members, key=lambda member: member.name)


def _list_members(members: Sequence[Member], expected: Collection[str]) -> SourceListing:
    """Check the first bytes of each file, and list the files that can be read."""
    entries, left_out = [], []
    for member in members:
        method = member.info.compress_type
        if method not in READ_METHODS:
            name_of_method = METHOD_NAMES.get(method, f"method {method}")
            reason = f"packed with a compression that is not supported ({name_of_method}); use Deflate"
            left_out.append(LeftOut(member.name, reason))
        elif suffix_of(member.name) not in expected and is_archive(member.name, member.head()):
            raise _refuse(
                member.name,
                "is an archive by its first bytes",
                "Unpack it first, or leave it out; office documents are archives too.",
            )
        else:
            entries.append(Entry(member.name, member.info.file_size, member))
    return SourceListing(tuple(entries), tuple(left_out))


def open_archive(
    file: Path | io.BytesIO, title: str, limits: Limits, *, expected: Collection[str] = ()
) -> SourceListing:
    """List a zip archive after checking all of it.

    Parameters
    ----------
    file
        Path or bytes of the archive. It stays open as long as a blob of the listing exists.
    title
        Its name in messages.
    limits
        Bounds on what it may hold.
    expected
        Suffixes of files that may be archives by their first bytes: ``".npz"``.

    Returns
    -------
    SourceListing
        Files whose blobs read from the archive itself.

    Raises
    ------
    ArchiveError
        If it is not a zip archive, is damaged or empty, or contains anything unsafe.
    """
    try:
        packed = len(file.getbuffer()) if isinstance(file, io.BytesIO) else file.stat().st_size
        archive = SampleArchive(file)
    except DAMAGE_ERRORS as error:
        raise ArchiveError(
            f"{title!r} is not a zip archive, or is damaged or cut off ({error}); expected a .zip file.",
            hint="Pack the files as .zip and try again.",
        ) from error
    try:
        members = _check_entries(archive, title, limits)
        _check_whole(archive.infolist(), packed, title, limits)
        return _list_members(members, expected)
    except ArchiveError:
        archive.close()
        raise
