"""Tar archives, compressed or not: refused as a whole if one entry is unsafe."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import posixpath
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ptmrank_core.data.sources.archive_checks import (
    ArchiveNames,
    check_size,
    check_total,
    list_files,
    refuse,
)
from ptmrank_core.data.sources.entries import SourceListing, is_hidden, unreadable
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.sources.signatures import HEAD_BYTES
from ptmrank_core.errors import ArchiveError
from ptmrank_core.files import new_folder, renew

__all__ = ["is_compressed", "open_tar", "tar_stem", "unpacked_tar", "write_unpacked"]

OPENERS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
DAMAGE_ERRORS = (tarfile.TarError, OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)
CHUNK_BYTES = 2**20
# Records that name the next entry; tarfile reads them whole, so that a huge one would fill the memory.
NAMING_TYPES = frozenset(
    {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE}
    | {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
)
MAX_NAMING_BYTES = 2**16


@dataclass(frozen=True, slots=True)
class TarMember:
    """The bytes of a file in a tar archive on disk."""

    archive: Path
    offset: int
    size: int
    name: str

    def read(self) -> bytes:
        """Return the bytes.

        Raises
        ------
        SamplesError
            If the archive is gone, or cut off before the file's end.
        """
        data = self._bytes(self.size)
        if len(data) != self.size:
            raise unreadable(self.name, f"{len(data):,} bytes where {self.size:,} were declared")
        return data

    def head(self) -> bytes:
        """Return the first bytes."""
        return self._bytes(min(self.size, HEAD_BYTES))

    def _bytes(self, count: int) -> bytes:
        try:
            with self.archive.open("rb") as file:
                file.seek(self.offset)
                return file.read(count)
        except OSError as error:
            raise unreadable(self.name, error.strerror) from error


def is_compressed(head: bytes) -> bool:
    """Whether the first bytes of a tar archive say that it is compressed as a whole."""
    return any(head.startswith(mark) for mark in OPENERS)


def write_unpacked(
    source: IO[bytes],
    packed: int,
    target: Path,
    title: str,
    limits: Limits,
    *,
    check: Callable[[int], None] = lambda _: None,
) -> None:
    """Write a tar archive without its compression: only then can its files be read in any order.

    Parameters
    ----------
    source
        The archive, open at its start.
    packed
        Its size in bytes.
    target
        The file to write.
    title
        Name of the archive, for messages.
    limits
        Bounds on what it unpacks to.
    check
        Told how many bytes it has become, before they are written; it may refuse them.

    Raises
    ------
    ArchiveError
        If it is damaged, or unpacks to too much.
    """
    head, total = source.read(len(max(OPENERS, key=len))), 0
    source.seek(0)
    opener = next((opener for mark, opener in OPENERS.items() if head.startswith(mark)), nullcontext)
    try:
        with opener(source) as file, target.open("xb") as unpacked:
            while chunk := file.read(CHUNK_BYTES):
                total += len(chunk)
                check_total(title, total, packed, limits)
                check(total)
                unpacked.write(chunk)
    except DAMAGE_ERRORS as error:
        raise _damaged(title, error) from error


def tar_stem(name: str) -> str:
    """Return the name of an archive without its folder and its suffixes."""
    return posixpath.basename(name).split(".")[0] or "archive"


def unpacked_tar(path: Path, title: str, limits: Limits, uploads_dir: Path) -> Path:
    """Keep a compressed tar archive without its compression among the uploads, once.

    Parameters
    ----------
    path
        The archive.
    title
        Its name in messages.
    limits
        Bounds on what it unpacks to.
    uploads_dir
        Folder of all uploads.

    Returns
    -------
    Path
        The archive itself where it is not compressed, else ``uploads_dir/DIGEST/NAME.tar``.

    Raises
    ------
    ArchiveError
        If it is damaged, or unpacks to too much; nothing is kept then.
    """
    with path.open("rb") as file:
        if not is_compressed(file.read(HEAD_BYTES)):
            return path
        file.seek(0)
        folder = uploads_dir / hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        if folder.is_dir():
            renew(folder)
        else:
            with new_folder(folder) as fresh:
                target = fresh / f"{tar_stem(path.name)}.tar"
                write_unpacked(file, path.stat().st_size, target, title, limits)
    return next(folder.glob("*.tar"))


def _damaged(title: str, error: Exception) -> ArchiveError:
    return ArchiveError(
        f"{title!r} is not a tar archive, or is damaged or cut off ({error}).",
        hint="Pack the files again, as .zip or .tar.gz.",
    )


def _check_records(path: Path) -> None:
    """Refuse an archive with a record that would fill the memory: a name of many kilobytes."""
    with path.open("rb") as file:
        while len(block := file.read(tarfile.BLOCKSIZE)) == tarfile.BLOCKSIZE and any(block):
            record = tarfile.TarInfo.frombuf(block, tarfile.ENCODING, "surrogateescape")
            if record.type in NAMING_TYPES and record.size > MAX_NAMING_BYTES:
                raise refuse(record.name, "has a name of many kilobytes", "Pack the files again.")
            blocks = -(-max(0, record.size) // tarfile.BLOCKSIZE)
            file.seek(blocks * tarfile.BLOCKSIZE, 1)


def _members(
    archive: tarfile.TarFile, path: Path, title: str, limits: Limits
) -> Iterator[tuple[str, int, TarMember, str]]:
    """Check every entry, and yield the files among them."""
    names = ArchiveNames(title, limits)
    total = 0
    for info in archive:
        name = names.accept(info.name)
        if info.isdir():
            continue
        check_size(name, info.size, limits)
        total += info.size
        check_total(title, total, total, limits)  # nothing is packed
        if not is_hidden(name):
            _check_kind(info, name)
        if info.isreg() and not info.issparse():
            yield name, info.size, TarMember(path, info.offset_data, info.size, name), ""


def _check_kind(info: tarfile.TarInfo, name: str) -> None:
    """Refuse entries that are no plain files."""
    if info.issym() or info.islnk():
        raise refuse(name, "is a link", "Pack the file itself instead.")
    if info.issparse() or not info.isreg():
        raise refuse(name, "is a device, a pipe or a sparse file; expected plain files", "Leave it out.")


def open_tar(path: Path, title: str, limits: Limits) -> SourceListing:
    """List a tar archive that is not compressed, after checking all of it.

    Parameters
    ----------
    path
        The archive.
    title
        Its name in messages.
    limits
        Bounds on what it may hold.

    Returns
    -------
    SourceListing
        Files whose blobs read from the archive itself.

    Raises
    ------
    ArchiveError
        If it is no tar archive, is damaged or empty, or contains anything unsafe.
    """
    try:
        _check_records(path)
        with tarfile.open(path, "r:") as archive:
            return list_files(title, list(_members(archive, path, title, limits)), ())
    except DAMAGE_ERRORS as error:
        raise _damaged(title, error) from error
