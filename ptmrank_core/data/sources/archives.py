"""Zip archives: refused as a whole if one entry is unsafe, and never unpacked to disk."""

from __future__ import annotations

import io
import stat
import struct
import weakref
import zipfile
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ptmrank_core.data.sources.archive_checks import (
    ArchiveNames,
    check_size,
    check_total,
    is_bomb,
    list_files,
    refuse,
)
from ptmrank_core.data.sources.entries import SourceListing, is_hidden, unreadable
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.sources.signatures import HEAD_BYTES
from ptmrank_core.errors import ArchiveError

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


def _check_kind(info: zipfile.ZipInfo, name: str) -> None:
    """Refuse entries that are neither plain files nor folders."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise refuse(name, "is a symbolic link", "Pack the file itself instead.")
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise refuse(name, "is a device or a pipe; expected plain files", "Leave it out.")
    if info.flag_bits & ENCRYPTED_FLAGS:
        raise refuse(name, "is encrypted", "Pack the files again without a password.")


def _check_ratio(info: zipfile.ZipInfo, name: str, limits: Limits) -> None:
    """Refuse an entry that unpacks to a suspicious multiple of its packed size."""
    if is_bomb(info.file_size, info.compress_size, limits):
        raise refuse(
            name,
            f"unpacks from {info.compress_size:,} to {info.file_size:,} bytes; more than "
            f"{limits.max_ratio} times its size suggests a decompression bomb",
            "Leave it out, or pack it without compression.",
        )


def _is_folder(info: zipfile.ZipInfo) -> bool:
    """Whether an entry is a folder, however its name separates folders."""
    raw = info.orig_filename
    return raw.endswith("/") or (info.file_size == 0 and (not raw or raw.endswith("\\")))


def _members(archive: SampleArchive, title: str, limits: Limits) -> list[tuple[str, int, Member, str]]:
    """Check every entry, hidden ones too, and return the files among them."""
    names = ArchiveNames(title, limits)
    members = []
    for info in archive.infolist():
        name = names.accept(_decoded_name(info))
        if not is_hidden(name):
            _check_kind(info, name)
        check_size(name, info.file_size, limits)
        _check_ratio(info, name, limits)
        if not _is_folder(info):
            members.append((name, info.file_size, Member(archive, info, name), _unread(info)))
    return members


def _unread(info: zipfile.ZipInfo) -> str:
    """Return why a file cannot be unpacked; empty where it can."""
    method = info.compress_type
    if method in READ_METHODS:
        return ""
    name = METHOD_NAMES.get(method, f"method {method}")
    return f"packed with a compression that is not supported ({name}); use Deflate"


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
        members = _members(archive, title, limits)
        check_total(title, sum(info.file_size for info in archive.infolist()), packed, limits)
        return list_files(title, members, expected)
    except ArchiveError:
        archive.close()
        raise
