"""Tests of names that somebody else gave to files, folders, entries of archives, columns and classes."""

from __future__ import annotations

import io
import os
import tarfile
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.data import load_samples
from ptmrank_core.errors import ArchiveError, SamplesError
from ptmrank_core.records import Reading
from tests.pictures import write_zip

TEXTS = [f"some text number {number} is here" for number in range(8)]


def test_names_of_a_folder_are_printable_and_classes_stay_apart(make: Any, tmp_path: Path) -> None:
    """Two folders whose names become one are two classes; every name can be stored and shown."""
    root = make.folder(tmp_path / "photos", make.classes(names="abcdefgh"))
    names = ["caf\udce9", "caf\udce8", r"caf\xe9", "red\x1b[31m", "a\nb", "\u202egnp"]
    for letter, name in zip("cdefgh", names, strict=True):
        (root / letter).rename(root / name)
    samples = load_samples(root)
    shown = {r"caf\xe9 (2)", r"caf\xe8", r"caf\xe9", r"red\x1b[31m", r"a\nb", r"\u202egnp"}
    assert set(samples.class_names) == shown | {"a", "b"}
    samples.fingerprint  # noqa: B018 - it encodes every name
    assert all(name.isprintable() for name in samples.names)


@pytest.mark.parametrize("name", ["caf\udce9", "red\x1b[31m", "a\nb"], ids=["byte", "colour", "line"])
def test_a_source_of_any_name_is_opened(make: Any, tmp_path: Path, name: str) -> None:
    """A path is opened as it is, again and again, whatever it is made of."""
    make.folder(tmp_path / name, make.classes())
    samples = load_samples(tmp_path / name)
    assert samples.source == str(tmp_path / name)
    assert load_samples(samples.source).fingerprint == samples.fingerprint


def packed(path: Path, names: list[str], content: bytes) -> Path:
    """Write a zip archive with entries of any names, twice the same too."""
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name
            archive.writestr(info, content)
    return path


REFUSED = {
    "no entry with a name": ([""], "has no class left"),
    "the same folder in two spellings": (["a\\1.png", "a/1.png"], "occurs twice"),
    "a path of 64,000 characters": (["n/" * 32_000 + "1.png"], "more than 4,096 characters"),
    "a name of 65,000 characters": (["n" * 65_000], "a component of more than 255 bytes"),
    "a control character": (["a/\x1b[31m.png"], "a control character"),
    "a climb": (["a/../../1.png"], r"a '\.\.' component"),
    "a drive": (["C:/1.png"], "a drive letter"),
    "from the root": (["/1.png"], "an absolute path"),
}


@pytest.mark.parametrize(("names", "reason"), REFUSED.values(), ids=REFUSED)
def test_an_archive_with_an_odd_name_is_refused_with_the_reason(
    tmp_path: Path, names: list[str], reason: str
) -> None:
    """An archive whose names cannot be trusted is refused at once, in a message that fits a screen."""
    with pytest.raises((ArchiveError, SamplesError), match=reason) as caught:
        load_samples(packed(tmp_path / "x.zip", names, b"x"))
    assert len(str(caught.value)) < 1_000
    assert str(caught.value).isprintable()


def test_an_entry_without_a_name_is_left_out(make: Any, tmp_path: Path) -> None:
    """What has no name cannot be labelled; it is told, and the other files are read."""
    path = write_zip(tmp_path / "x.zip", make.classes())
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = info.orig_filename = ""
        archive.writestr(info, b"x")
    assert [(item.name, item.reason) for item in load_samples(path).left_out] == [
        ("(an entry)", "it has no name")
    ]


def test_a_tar_with_a_negative_size_is_refused(tmp_path: Path) -> None:
    """An entry that declares less than nothing would be read to the end of the archive."""
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo("a/1.png")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"1234"))
    data = bytearray(path.read_bytes())
    data[124:136] = b"\xff" * 12
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    path.write_bytes(data)
    with pytest.raises(ArchiveError):
        load_samples(path)


@pytest.mark.parametrize("name", ["pipe", "pipe.zip", "pipe.csv"])
def test_a_pipe_as_source_is_refused(tmp_path: Path, name: str) -> None:
    """Opening a pipe would wait for ever."""
    os.mkfifo(tmp_path / name)
    with pytest.raises(SamplesError, match="is neither a file nor a folder"):
        load_samples(tmp_path / name)


def test_classes_that_have_no_bytes_are_printable(tmp_path: Path) -> None:
    """Half of a surrogate pair as a label, which an array can hold and no file of text, is a class."""
    path = tmp_path / "x.npz"
    labels = np.array(["\ud800", "\udbff", r"\ud800", "caf\udce9"] * 5)
    np.savez(path, embeddings=np.random.default_rng(0).normal(size=(20, 3)), labels=labels)
    samples = load_samples(f"features:{path}")
    assert set(samples.class_names) == {r"\ud800", r"\udbff", r"\ud800 (2)", r"caf\xe9"}
    samples.fingerprint  # noqa: B018 - it encodes every name


def test_names_of_columns_are_printable_and_asked_for_either_way(tmp_path: Path) -> None:
    """A header with a line break is shown with its escape, and found by both of its spellings."""
    path = tmp_path / "x.csv"
    lines = [f'"{text}",{"xy"[number % 2]},{number % 3}' for number, text in enumerate(TEXTS)]
    path.write_text("\n".join(['text,"the\nlabel","\x1b[31m"', *lines]))
    for name in ("the\nlabel", r"the\nlabel"):
        samples = load_samples(path, Reading(label_columns=(name,), text_columns=("text",)))
        assert samples.class_names == ("x", "y")
        assert samples.columns is not None
        assert samples.columns.label == (r"the\nlabel",)
        assert r"\x1b[31m" in samples.columns.ignored
