"""Folders, and the labels that folders give."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.data import Limits, load_samples
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Reading, Samples


def _reasons(samples: Samples) -> dict[str, str]:
    """Reason by name of what was left out."""
    return {item.name: item.reason for item in samples.left_out}


def test_links_to_folders_are_not_followed(make: Any, tmp_path: Path) -> None:
    """A link that leads back up neither loops nor passes in silence; a link to a file is the file."""
    root = make.folder(tmp_path / "photos", make.classes())
    make.write(tmp_path / "elsewhere.png", make.picture(50))
    (root / "cat" / "up").symlink_to(root, target_is_directory=True)
    (root / "cat" / "linked.png").symlink_to(tmp_path / "elsewhere.png")
    (root / "cat" / "gone.png").symlink_to(tmp_path / "gone.png")
    samples = load_samples(root)
    assert "cat/linked.png" in samples.names
    assert _reasons(samples) == {
        "cat/gone.png": "cannot be read: No such file or directory",
        "cat/up": "a link to a folder",
    }


def test_a_pipe_is_not_opened(make: Any, tmp_path: Path) -> None:
    """A named pipe, which would block for ever, is left out."""
    root = make.folder(tmp_path / "photos", make.classes())
    os.mkfifo(root / "cat" / "pipe.png")
    assert _reasons(load_samples(root)) == {"cat/pipe.png": "not a regular file"}


def test_limits_of_a_folder(make: Any, tmp_path: Path) -> None:
    """Too many files are refused; a file too large is left out."""
    root = make.folder(tmp_path / "photos", {**make.classes(), "cat/9.png": bytes(9000)})
    with pytest.raises(SamplesError, match="more than 4 files"):
        load_samples(root, limits=Limits(max_entries=4))
    reasons = _reasons(load_samples(root, limits=Limits(max_entry_bytes=8000)))
    assert reasons == {"cat/9.png": "too large: 9,000 bytes; at most 8,000 are read"}


def test_a_folder_that_cannot_be_opened_is_said(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What os.walk passes over in silence is left out with its reason."""
    root = make.folder(tmp_path / "photos", make.classes(names="abc"))
    scandir = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        """Behave like a folder of another user's."""
        if path == str(root / "c"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    samples = load_samples(root)
    assert samples.class_names == ("a", "b")
    assert _reasons(samples) == {"c/": "a folder that cannot be opened: Permission denied"}


def test_a_name_that_is_no_text_is_spelled_out(make: Any, tmp_path: Path) -> None:
    """Bytes in a Linux name that are no UTF-8 do not break what prints or stores the name."""
    root = make.folder(tmp_path / "photos", make.classes())
    (root / "cat" / os.fsdecode(b"\xe9.png")).write_bytes(make.picture(9))
    samples = load_samples(root)
    assert r"cat/\xe9.png" in samples.names
    assert samples.items[samples.names.index(r"cat/\xe9.png")].decode().size == (24, 20)


def test_an_item_that_is_gone_says_so(make: Any, tmp_path: Path) -> None:
    """A file deleted after loading is an error of ours that names it."""
    root = make.folder(tmp_path / "photos", make.classes())
    samples = load_samples(root)
    (root / "cat" / "0.png").unlink()
    with pytest.raises(SamplesError, match=r"'cat/0.png' cannot be read: No such file"):
        samples.items[0].decode()


def test_an_item_that_grew_is_not_read(make: Any, tmp_path: Path) -> None:
    """A file that grew beyond the bound after loading is refused."""
    root = make.folder(tmp_path / "photos", make.classes())
    samples = load_samples(root, limits=Limits(max_entry_bytes=5000))
    (root / "cat" / "0.png").write_bytes(bytes(5001))
    with pytest.raises(SamplesError, match=r"'cat/0.png' cannot be read: more than 5,000 bytes"):
        samples.items[0].decode()


@pytest.mark.parametrize(
    "name",
    [
        "__MACOSX/cat/._0.png",
        ".DS_Store",
        "cat/.DS_Store",
        "cat/Thumbs.db",
        "cat/desktop.ini",
        ".ipynb_checkpoints/0.png",
        "cat/.hidden.png",
        ".labels.csv",
    ],
)
def test_hidden_and_system_files_are_left_out(make: Any, tmp_path: Path, name: str) -> None:
    """What the system put there is no sample and no manifest."""
    root = make.folder(tmp_path / "photos", {**make.classes(), name: make.picture(60)})
    assert _reasons(load_samples(root)) == {name: "hidden or system file"}


def test_a_hidden_folder_above_the_source_does_not_matter(make: Any, tmp_path: Path) -> None:
    """Uploads lie under a hidden folder on Linux; only names inside the source count."""
    assert load_samples(make.folder(tmp_path / ".local" / "photos", make.classes())).left_out == ()


@pytest.mark.parametrize("wrapper", ["", "photos/", "my/photos/"])
def test_strays_beside_the_class_folders_have_no_class(make: Any, tmp_path: Path, wrapper: str) -> None:
    """The folder that wraps the class folders is no class itself."""
    files = {**make.classes(), "stray.png": make.picture(70), "read.txt": b"me"}
    files = {wrapper + name: data for name, data in files.items()}
    samples = load_samples(make.folder(tmp_path / "a", files))
    assert samples.class_names == ("cat", "dog")
    assert _reasons(samples) == {
        f"{wrapper}read.txt": "not an image (.txt)",
        f"{wrapper}stray.png": "not inside a class folder",
    }


def test_a_picture_without_suffix_at_the_top_has_no_class(make: Any, tmp_path: Path) -> None:
    """It is a picture by its bytes, so that the folder is what it lacks."""
    files = {**make.classes(), "stray": make.picture(70)}
    samples = load_samples(make.folder(tmp_path / "a", files))
    assert _reasons(samples) == {"stray": "not inside a class folder"}


def test_the_immediate_folder_is_the_class(make: Any, tmp_path: Path) -> None:
    """Parts above the class folders are no classes; training is taken, or all where all are asked for."""
    files = {f"train/{name}": data for name, data in make.classes().items()}
    files |= {"test/cat/5.png": make.picture(80), "test/dog/6.png": make.picture(81)}
    source = make.folder(tmp_path / "a", files)
    samples = load_samples(source)
    assert samples.summary().class_counts == {"cat": 2, "dog": 2}
    assert samples.parts == {"train": 4, "test": 2}
    assert _reasons(samples) == dict.fromkeys(
        ["test/cat/5.png", "test/dog/6.png"], "part 'test' was not taken"
    )
    assert load_samples(source, Reading(parts=("all",))).summary().class_counts == {"cat": 3, "dog": 3}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["10", "2", "1"], ("1", "2", "10")),
        (["-1", "01", "1", "0"], ("-1", "0", "01", "1")),
        (["10", "2", "b"], ("10", "2", "b")),
        (["b", "a", "C"], ("C", "a", "b")),
    ],
)
def test_classes_are_sorted(make: Any, tmp_path: Path, names: list[str], expected: tuple[str, ...]) -> None:
    """Integers by value, anything else by its letters."""
    root = make.folder(tmp_path / "a", make.classes(names=names))
    samples = load_samples(root)
    assert samples.class_names == expected
    assert [samples.class_names[i] for i in samples.labels] == [name.split("/")[0] for name in samples.names]
