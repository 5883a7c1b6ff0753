"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from ptmrank_core.files import new_folder, renewed_folder, write_file, write_files

OLD, NEW = "old", "new"
posix = pytest.mark.skipif(os.name != "posix", reason="Windows has other permissions")


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Another umask for a while."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def names_in(folder: Path) -> list[str]:
    """Names of everything in a folder."""
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    """Permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def full_disk(monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    """Let a disk be full once some files were synced."""
    sync, synced = os.fsync, list[int]()

    def fail(number: int) -> None:
        if len(synced) == after:
            raise OSError(errno.ENOSPC, "No space left on device")
        synced.append(number)
        sync(number)

    monkeypatch.setattr(os, "fsync", fail)


def test_text_and_bytes_are_written_into_a_folder_that_was_not_there(tmp_path: Path) -> None:
    """Text becomes UTF-8 without any change of line ends; bytes stay as they are."""
    path = tmp_path / "a" / "b" / "file"
    write_file(path, "é\n")
    assert path.read_bytes() == b"\xc3\xa9\n"
    write_file(path, b"\r\n\0")
    assert path.read_bytes() == b"\r\n\0"
    assert names_in(path.parent) == ["file"]


def test_what_cannot_be_written_whole_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk is full at the second of two files, both keep their old content and nothing is left."""
    for name in ("one", "two"):
        (tmp_path / name).write_text(OLD, encoding="utf-8")
    full_disk(monkeypatch, after=1)
    with pytest.raises(OSError, match="No space left"):
        write_files(tmp_path, {"one": NEW, "two": NEW})
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {
        "one": OLD,
        "two": OLD,
    }


def test_a_folder_in_the_place_of_a_file_is_told_before_anything_changes(tmp_path: Path) -> None:
    """The first file is not replaced where the second one cannot be."""
    (tmp_path / "one").write_text(OLD, encoding="utf-8")
    (tmp_path / "two").mkdir()
    with pytest.raises(IsADirectoryError, match="two"):
        write_files(tmp_path, {"one": NEW, "two": NEW})
    assert (tmp_path / "one").read_text(encoding="utf-8") == OLD
    assert names_in(tmp_path) == ["one", "two"]


def test_a_reader_sees_one_content_or_the_other(tmp_path: Path) -> None:
    """While several threads write a file over and over, whoever reads it finds one whole content."""
    path = tmp_path / "file"
    contents = [bytes([number]) * 300_000 for number in range(4)]
    write_file(path, contents[0])
    is_over = threading.Event()

    def write(content: bytes) -> None:
        for _ in range(10):
            write_file(path, content)

    def read() -> int:
        n_read = 0
        while not is_over.is_set():
            assert path.read_bytes() in contents
            n_read += 1
        return n_read

    with ThreadPoolExecutor(5) as pool:
        reader = pool.submit(read)
        list(pool.map(write, contents))
        is_over.set()
        assert reader.result() > 0
    assert names_in(tmp_path) == ["file"]


KILLED = """
import os, sys
from pathlib import Path
from ptmrank_core import files
os.fsync = lambda _number: os._exit(9)
files.write_file(Path(sys.argv[1]), "new" * 100_000)
"""


def test_a_writer_that_dies_leaves_the_old_file(tmp_path: Path) -> None:
    """A process that ends in the middle of writing leaves what was there before."""
    path = tmp_path / "file"
    write_file(path, OLD)
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == 9
    assert path.read_text(encoding="utf-8") == OLD


@posix
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    """The umask decides, as for a file that is opened for writing."""
    for mask, expected in ((0o022, 0o644), (0o077, 0o600)):
        path = tmp_path / f"{mask}"
        with umask(mask):
            write_file(path, NEW)
        assert mode(path) == expected


@posix
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path) -> None:
    """What only its owner may read stays so, whatever the umask."""
    path = tmp_path / "file"
    write_file(path, OLD)
    path.chmod(0o600)
    with umask(0o022):
        write_file(path, NEW)
    assert (mode(path), path.read_text(encoding="utf-8")) == (0o600, NEW)


@posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What a symbolic link points to is replaced, in the folder where that lies."""
    target, link = tmp_path / "there" / "file", tmp_path / "here" / "link"
    write_file(target, OLD)
    link.parent.mkdir()
    link.symlink_to(target)
    write_file(link, NEW)
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == NEW


def test_a_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    """While it is filled it is not in its place; afterwards it is, and nothing else is left."""
    target = tmp_path / "above" / "folder"
    with new_folder(target) as folder:
        (folder / "file").write_text(NEW, encoding="utf-8")
        assert not target.exists()
    assert (target / "file").read_text(encoding="utf-8") == NEW
    assert names_in(target.parent) == ["folder"]


def test_a_folder_that_cannot_be_filled_never_appears(tmp_path: Path) -> None:
    """An error while it is filled passes through and leaves nothing."""
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "folder") as folder:
        (folder / "file").write_text(str(1 // 0), encoding="utf-8")
    assert names_in(tmp_path) == []


def test_a_folder_takes_the_place_of_an_earlier_one_when_it_is_complete(tmp_path: Path) -> None:
    """Readers find the earlier content until then; if the new one cannot be filled it stays for good."""
    target = tmp_path / "folder"
    for content in ("first", "second"):
        with renewed_folder(target) as new:
            (new / f"{content}.txt").write_text(content, encoding="utf-8")
            assert target.exists() == (content == "second")
            assert content == "first" or names_in(target) == ["first.txt"]
        assert names_in(target) == [f"{content}.txt"]
    with pytest.raises(OSError, match="full"), renewed_folder(target):
        raise OSError("the disk is full")
    assert names_in(target) == ["second.txt"]
    assert names_in(tmp_path) == ["folder"]


def test_of_two_that_make_a_folder_the_first_one_stays(tmp_path: Path) -> None:
    """A folder that another process made in the meantime is left as it is."""
    target = tmp_path / "folder"
    with new_folder(target) as folder:
        (folder / "file").write_text("second", encoding="utf-8")
        with new_folder(target) as quicker:
            (quicker / "file").write_text("first", encoding="utf-8")
    assert (target / "file").read_text(encoding="utf-8") == "first"
    assert names_in(tmp_path) == ["folder"]


def test_what_a_killed_writer_left_goes_with_the_next_write(tmp_path: Path) -> None:
    """An old temporary file of ours goes, in whatever folder; a fresh one and files of others stay."""
    old, fresh, other = (
        tmp_path / name for name in (f".partial-{'0' * 16}", f".partial-{'1' * 16}", ".partial-x")
    )
    for path in (old, fresh, other):
        path.write_text("half")
    for path in (old, other):
        os.utime(path, (0, 0))
    write_file(tmp_path / "result.json", "{}")
    assert {path.name for path in tmp_path.iterdir()} == {fresh.name, other.name, "result.json"}
