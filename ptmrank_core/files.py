"""Atomic writing of files and folders: a reader never sees a partly written file.

New content is written to a temporary file in the same folder, synced to the disk and then renamed: whoever
opens the file finds either the old content or the new one, even if the writer is stopped halfway.
"""

from __future__ import annotations

import errno
import itertools
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["move_aside", "new_folder", "remove_tree", "renewed_folder", "write_file", "write_files"]

PREFIX = ".partial-"
ASIDE = "damaged"
# Readable and writable by everybody, minus the umask: the mode that ``open`` gives a new file.
NEW_FILE_MODE = 0o666


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file completely or not at all.

    Parameters
    ----------
    path
        The file. Its folder is created if necessary. An existing file is replaced and keeps its
        permissions; for a symbolic link, the file it points to is replaced.
    content
        Bytes, or text to be written as UTF-8.

    Raises
    ------
    OSError
        If it cannot be written; an existing file is then unchanged.
    """
    write_files(path.parent, {path.name: content})


def write_files(folder: Path, contents: Mapping[str, str | bytes]) -> list[Path]:
    """Write several files into one folder, each completely or not at all.

    No file is renamed to its final name before all of them are written, so that a full disk changes nothing.

    Parameters
    ----------
    folder
        The folder; created if necessary.
    contents
        Name of each file -> its content: bytes, or text to be written as UTF-8.

    Returns
    -------
    list of Path
        The files, in the order of ``contents``.

    Raises
    ------
    OSError
        If one of them cannot be written; existing files are then unchanged.
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
    """Write a new file with the permissions of the file that it will replace, and sync it to the disk."""
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
    """Create a folder that appears under its name only once it is complete.

    Parameters
    ----------
    target
        The folder, which must not exist yet; its parents are created if necessary.

    Yields
    ------
    Path
        An empty folder to fill. It becomes ``target`` when the context is left without an error; if another
        process has created ``target`` in the meantime, that one stays.

    Raises
    ------
    OSError
        If it cannot be written; ``target`` then does not exist.
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


@contextmanager
def renewed_folder(target: Path) -> Iterator[Path]:
    """Create a folder that takes the place of an earlier one, if there is one, once it is complete.

    Parameters
    ----------
    target
        The folder; its parents are created if necessary.

    Yields
    ------
    Path
        An empty folder to fill. It becomes ``target`` when the context is left without an error.

    Raises
    ------
    OSError
        If it cannot be written; an earlier folder then stays.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=target.parent) as temporary:
        folder = Path(temporary) / "folder"
        folder.mkdir()
        yield folder
        if target.exists():
            target.rename(Path(temporary) / "earlier")
        folder.rename(target)


def move_aside(path: Path, when: str) -> Path:
    """Give a file or folder that cannot be used another name beside it; nothing is deleted.

    Parameters
    ----------
    path
        What is in the way. A link is moved itself.
    when
        The time, for the name: ``"20261130-211500"``.

    Returns
    -------
    Path
        Where it is now: ``runs.sqlite-damaged-20261130-211500``.

    Raises
    ------
    OSError
        If it cannot be moved; it then stays where it is.
    """
    for number in itertools.count(1):
        ending = "" if number == 1 else f"-{number}"
        aside = path.with_name(f"{path.name}-{ASIDE}-{when}{ending}")
        if not os.path.lexists(aside):
            break
    path.rename(aside)
    return aside


def remove_tree(path: Path) -> None:
    """Delete a file, a link, or a folder with everything in it.

    Raises
    ------
    OSError
        If it cannot be deleted whole.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
