"""Atomic writing and removal of files and folders: a reader never sees a partly written file.

New content is written to a temporary file in the same folder, synced to the disk and then renamed: whoever
opens the file finds either the old content or the new one, even if the writer is stopped halfway. What is
removed is renamed first, likewise. Where the operating system has such locks, a temporary file or folder is
locked as long as its writer lives.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = [
    "is_being_written",
    "is_partial",
    "new_folder",
    "remove",
    "renew",
    "renewed_folder",
    "temporary_folder",
    "write_file",
    "write_files",
]

PREFIX = ".partial-"
# What write_files and remove put behind it, and what tempfile puts there for a folder.
PARTIAL_NAME = re.compile(rf"{re.escape(PREFIX)}[0-9a-f]{{16}}")
PARTIAL_FOLDER = re.compile(rf"{re.escape(PREFIX)}[a-z0-9_]{{8}}")
# No file takes that long to write.
FORGOTTEN_SECONDS = 3600.0
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
    _remove_forgotten(folder)
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


def _remove_forgotten(folder: Path) -> None:
    """Delete the temporary files that a killed writer left in a folder, which need not be one of ours."""
    for path in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):
            is_old = time.time() - path.lstat().st_mtime > FORGOTTEN_SECONDS
            if is_old and is_partial(path) and path.is_file() and not is_being_written(path):
                path.unlink()


def _write_new(partial: Path, target: Path, content: str | bytes) -> None:
    """Write a new file with the permissions of the file that it will replace, and sync it to the disk."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(partial, flags, NEW_FILE_MODE), "wb") as file:
        _lock(file.fileno())
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
    with temporary_folder(target.parent) as temporary:
        folder = temporary / "folder"
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
    with temporary_folder(target.parent) as temporary:
        folder = temporary / "folder"
        folder.mkdir()
        yield folder
        if target.exists():
            target.rename(temporary / "earlier")
        folder.rename(target)


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Create a folder for the block, locked within it, and delete it after it."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=parent) as temporary, _locked(Path(temporary)):
        yield Path(temporary)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a folder within the block; where there is no such lock, its age tells that nobody is at work."""
    if sys.platform == "win32":
        yield
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        _lock(held)
        yield
    finally:
        os.close(held)


def _lock(descriptor: int) -> None:
    """Lock what is being written until it is closed; a file system without locks has none."""
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_partial(path: Path) -> bool:
    """Whether this is the name of something that is being written or removed here, or was when it stopped."""
    is_own = PARTIAL_NAME.fullmatch(path.name) is not None
    return is_own or (PARTIAL_FOLDER.fullmatch(path.name) is not None and path.is_dir())


def is_being_written(path: Path) -> bool:
    """Whether a living process is writing a temporary file or folder, as far as the system tells."""
    if sys.platform == "win32":
        return False
    try:
        held = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(held)
    return False


def renew(path: Path) -> None:
    """Count a file or a folder as changed now, because it is used; without the right to, nothing is done."""
    with suppress(OSError):
        os.utime(path)


def remove(path: Path, *, unless: Callable[[], bool] = lambda: False) -> bool:
    """Remove a file or a folder: it is there as a whole or not at all, even if this is stopped halfway.

    Of a symbolic link, the link alone is removed. Nothing is done if there is no such file.

    Parameters
    ----------
    path
        The file or folder.
    unless
        Asked once nobody finds it any more: whether somebody needs it after all. It then comes back.

    Returns
    -------
    bool
        Whether it is gone.

    Raises
    ------
    OSError
        If it cannot be removed.
    """
    doomed = path if is_partial(path) else path.with_name(f"{PREFIX}{secrets.token_hex(8)}")
    with suppress(FileNotFoundError):
        path.rename(doomed)
        if unless():
            doomed.rename(path)
            return False
        if not doomed.is_dir() or doomed.is_symlink():
            doomed.unlink()
            return True
        with _locked(doomed):
            shutil.rmtree(doomed)
    return True
