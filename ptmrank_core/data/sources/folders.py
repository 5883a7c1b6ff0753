"""Folders on the user's own disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ptmrank_core.data.sources.entries import (
    HIDDEN_REASON,
    Entry,
    SourceListing,
    is_hidden,
    suffix_of,
    unreadable,
)
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import LeftOut
from ptmrank_core.records.names import printable, tell_apart

__all__ = ["FileBlob", "list_file", "list_folder"]


# Tables that are never in memory as a whole.
READ_IN_PIECES = frozenset({".parquet", ".arrow", ".feather"})


@dataclass(frozen=True, slots=True)
class FileBlob:
    """The bytes of a file, read when they are needed."""

    path: Path
    name: str
    max_bytes: int

    def read(self) -> bytes:
        """Return the bytes.

        Raises
        ------
        SamplesError
            If the file is gone, cannot be read, or has grown beyond the limit.
        """
        try:
            with self.path.open("rb") as file:
                data = file.read(self.max_bytes + 1)
        except OSError as error:
            raise unreadable(self.name, error.strerror) from error
        if len(data) > self.max_bytes:
            raise unreadable(self.name, f"more than {self.max_bytes:,} bytes")
        return data


def _relative_name(path: str, root: Path) -> str:
    """Return the name inside the source, as the file system has it."""
    return Path(path).relative_to(root).as_posix()


def _printable(names: Iterable[str]) -> dict[str, str]:
    """Make names inside the source printable; two folders or files of different names stay different."""
    names = list(names)
    parts = tell_apart(part for name in names for part in name.split("/"))
    return {name: "/".join(parts[part] for part in name.split("/")) for name in names}


def _inspect_file(path: str, name: str, limits: Limits) -> Entry | LeftOut:
    """Check one file without opening it."""
    file = Path(path)
    try:
        status = file.stat()
    except OSError as error:
        return LeftOut(name, f"cannot be read: {error.strerror}")
    if not stat.S_ISREG(status.st_mode):
        return LeftOut(name, "not a regular file")
    in_pieces = suffix_of(name) in READ_IN_PIECES
    max_bytes = limits.max_total_bytes if in_pieces else limits.max_entry_bytes
    if status.st_size > max_bytes:
        return LeftOut(name, f"too large: {status.st_size:,} bytes; at most {max_bytes:,} are read")
    return Entry(name, status.st_size, FileBlob(file, name, max_bytes))


def list_file(path: Path, limits: Limits) -> SourceListing:
    """List a single file as a source.

    Raises
    ------
    SamplesError
        If it is no regular file or too large.
    """
    entry = _inspect_file(str(path), printable(path.name), limits)
    if isinstance(entry, LeftOut):
        raise SamplesError(f"{str(path)!r} cannot be used: {entry.reason}.", hint="Choose another file.")
    return SourceListing((entry,), ())


def list_folder(root: Path, limits: Limits) -> SourceListing:
    """List the files under a folder; links to folders are not followed.

    Parameters
    ----------
    root
        The folder.
    limits
        Bounds on what it holds.

    Returns
    -------
    SourceListing
        Files whose blobs read from their paths. Hidden and system files are left out, as they are of an
        archive.

    Raises
    ------
    SamplesError
        If it holds too many files.
    """
    files: dict[str, str] = {}
    closed: dict[str, str] = {}

    def note_closed_folder(error: OSError) -> None:
        """Report a folder that cannot be opened, which ``os.walk`` would skip silently."""
        name = _relative_name(error.filename, root)
        closed[f"{name}/"] = f"a folder that cannot be opened: {error.strerror}"

    for top, folders, names in os.walk(root, onerror=note_closed_folder):
        for folder in folders:
            path = os.path.join(top, folder)  # noqa: PTH118 - as os.walk writes it
            if os.path.islink(path):  # noqa: PTH114 - the same
                closed[_relative_name(path, root)] = "a link to a folder"
        paths = [os.path.join(top, name) for name in names]  # noqa: PTH118 - the same
        files |= {_relative_name(path, root): path for path in paths}
        if len(files) + len(closed) > limits.max_entries:
            raise SamplesError(
                f"{str(root)!r} holds more than {limits.max_entries:,} files.",
                hint="Expected one folder for each class; choose a folder with fewer files.",
            )
    shown = _printable([*files, *closed])
    entries: list[Entry | LeftOut] = [LeftOut(shown[name], reason) for name, reason in closed.items()]
    entries += [_inspect_file(path, shown[name], limits) for name, path in files.items()]
    entries.sort(key=lambda item: item.name)
    found = [item for item in entries if isinstance(item, Entry)]
    left_out = [item for item in entries if isinstance(item, LeftOut)]
    left_out += [LeftOut(entry.name, HIDDEN_REASON) for entry in found if is_hidden(entry.name)]
    return SourceListing(tuple(entry for entry in found if not is_hidden(entry.name)), tuple(left_out))
