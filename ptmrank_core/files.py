"""Writing files so that a reader never sees half of one.

New content is written beside its place under another name, synced to the disk and then renamed: whoever opens
the file finds the old content or the new one, whenever the writer stops.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["new_folder", "write_file", "write_files"]

PREFIX = ".partial-"
# Readable and writable for everybody, less what the umask takes away: what ``open`` gives a new file.
NEW_FILE_MODE = 0o666


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file completely or not at all.

    Parameters
    ----------
    path
        The file. Its folder is made if it is not there. A file that is there already is replaced and
        keeps its permissions; of a symbolic link what it points to is replaced.
    content
        Bytes, or text to be written as UTF-8.

    Raises
    ------
    OSError
        If it cannot be written; what was there before is unchanged then.
    """
    write_files(path.parent, {path.name: content})


def write_files(folder: Path, contents: Mapping[str, str | bytes]) -> list[Path]:
    """Write several files into one folder, each completely or not at all.

    None is put in its place before all of them are written, so that a full disk changes nothing.

    Parameters
    ----------
    folder
        Where to; made if it is not there.
    contents
        Bytes, or text to be written as UTF-8, by the name of the file.

    Returns
    -------
    list of Path
        The files, in the order they were given in.

    Raises
    ------
    OSError
        If one cannot be written, as :func:`write_file` has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in contents]
    staged: list[tuple[Path, Path]] = []
    try:
        for path, content in zip(paths, contents.values(), strict=True):
            target = Path(os.path.realpath(path))
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            staged.append((target.with_name(f"{PREFIX}{secrets.token_hex(8)}"), target))
            _write_new(*staged[-1], content)
        for partial, target in staged:
            partial.replace(target)
    finally:
        for partial, _ in staged:
            partial.unlink(missing_ok=True)
    return paths


def _write_new(partial: Path, target: Path, content: str | bytes) -> None:
    """Write a new file, with the permissions of the one that it will replace, and sync it to the disk."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(partial, flags, NEW_FILE_MODE), "wb") as file:
        if target.exists():
            partial.chmod(stat.S_IMODE(target.stat().st_mode))
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Fill a folder that appears in its place only when it is complete.

    Parameters
    ----------
    target
        The folder, not there yet; those above it are made.

    Yields
    ------
    Path
        An empty folder to fill. It becomes ``target`` when the context is left without an error; where
        another process has made ``target`` in the meantime, that one stays.

    Raises
    ------
    OSError
        If it cannot be written; there is no ``target`` then.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=target.parent) as temporary:
        folder = Path(temporary) / "folder"
        folder.mkdir()
        yield folder
        try:
            folder.rename(target)
        except OSError:
            if not target.is_dir():
                raise
