"""A source becomes samples: the whole way."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ptmrank_core.data import load_samples
from ptmrank_core.errors import SamplesError, UnknownNameError
from ptmrank_core.records import Samples

KINDS = ("jpg", "png", "webp")


def _photos(make: Any) -> dict[str, bytes]:
    """Files of a user's photos: three classes of 20, one of 1, and all that goes wrong."""
    files = {
        f"{name}/{i:02d}.{KINDS[i % 3]}": make.picture(100 * c + i, KINDS[i % 3])
        for c, name in enumerate(("bird", "cat", "dog"))
        for i in range(20)
    }
    grey = Image.fromarray(np.arange(480, dtype=np.uint16).reshape(20, 24) * 136)
    broken = make.picture(900, "jpg")
    return files | {
        "bird/00.jpg": make.picture(901, "jpg", mode="CMYK"),
        "cat/01.png": make.encode(grey),
        "dog/01.png": make.picture(902, mode="RGBA"),
        "dog/03.jpg": broken[:-40],
        "emu/only.png": make.picture(903),
        "cat/notes.txt": b"These are cats.",
        "__MACOSX/cat/._00.jpg": b"\x00\x05\x16\x07",
    }


def _same(one: Samples, two: Samples) -> bool:
    """Whether two samples are alike but for their source."""
    fields = ("names", "class_names", "digests", "left_out", "notes", "fingerprint")
    return all(getattr(one, field) == getattr(two, field) for field in fields)


def test_a_users_photos(make: Any, tmp_path: Path) -> None:
    """A zip of photos, with all that a real one holds, loads, and says what it left out and changed."""
    files = _photos(make)
    path = make.write(tmp_path / "photos.zip", make.zip(files))
    samples = load_samples(path)
    assert samples.modality == "image"
    assert samples.source == str(path)
    assert samples.summary().class_counts == {"bird": 20, "cat": 20, "dog": 19}
    reasons = {item.name: item.reason for item in samples.left_out}
    assert list(reasons) == sorted(reasons)
    assert reasons.pop("dog/03.jpg").startswith("unreadable image: image file is truncated")
    assert reasons == {
        "__MACOSX/cat/._00.jpg": "hidden or system file",
        "cat/notes.txt": "not an image (.txt)",
        "emu/only.png": "the only sample of class 'emu'; at least two are needed",
    }
    assert samples.notes == (
        "1 picture with an alpha channel was put on white.",
        "1 picture in CMYK was converted to RGB.",
        "1 picture with more than 8 bits of grey was scaled to 8 bits.",
    )
    assert all(item.decode().mode == "RGB" for item in samples.items)
    digests = tuple(hashlib.sha256(files[name]).hexdigest() for name in samples.names)
    assert samples.digests == digests


def test_a_folder_and_a_zip_of_it_are_the_same(make: Any, tmp_path: Path) -> None:
    """Order of packing, kind of source and folder entries make no difference."""
    files = _photos(make)
    folder = load_samples(make.folder(tmp_path / "photos", files))
    backwards = [("cat/", b""), *reversed(files.items())]
    archive = load_samples(make.write(tmp_path / "photos.zip", make.zip(backwards)))
    assert _same(folder, archive)
    assert folder.names == tuple(sorted(folder.names))


def test_a_wrapping_folder_changes_names_only(make: Any, tmp_path: Path) -> None:
    """A zip of the folder itself has the fingerprint of a zip of its content."""
    files = _photos(make)
    wrapped = {f"photos/{name}": data for name, data in files.items()}
    plain = load_samples(make.write(tmp_path / "a.zip", make.zip(files)))
    other = load_samples(make.write(tmp_path / "b.zip", make.zip(wrapped)))
    assert other.fingerprint == plain.fingerprint
    assert other.names == tuple(f"photos/{name}" for name in plain.names)


def test_copies_in_one_class_are_kept_once(make: Any, tmp_path: Path) -> None:
    """The first by name stays; the others name it."""
    files = make.classes()
    files |= {"cat/8.png": files["cat/1.png"], "cat/9.png": files["cat/1.png"]}
    samples = load_samples(make.folder(tmp_path / "a", files))
    assert samples.n_samples == 4
    assert [(item.name, item.reason) for item in samples.left_out] == [
        ("cat/8.png", "same content as 'cat/1.png'"),
        ("cat/9.png", "same content as 'cat/1.png'"),
    ]


def test_copies_in_two_classes_are_left_out(make: Any, tmp_path: Path) -> None:
    """A picture with two labels has none; each copy names one under another label."""
    files = make.classes()
    files |= {name: make.picture(99) for name in ("cat/8.png", "cat/9.png", "dog/7.png")}
    samples = load_samples(make.folder(tmp_path / "a", files))
    assert samples.n_samples == 4
    assert [(item.name, item.reason) for item in samples.left_out] == [
        ("cat/8.png", "same content as 'dog/7.png' under another label ('dog')"),
        ("cat/9.png", "same content as 'dog/7.png' under another label ('dog')"),
        ("dog/7.png", "same content as 'cat/8.png' under another label ('cat')"),
    ]


def test_one_class_is_not_enough(make: Any, tmp_path: Path) -> None:
    """One class left is an error that says which, and what was left out by reason."""
    files = {**make.classes(), "dog/1.png": b"x", "dog/2.txt": b"x", "dog/3.txt": b"x"}
    with pytest.raises(SamplesError) as caught:
        load_samples(make.folder(tmp_path / "a", files))
    message = str(caught.value)
    assert "has only one class left: 'cat' (2 samples)" in message
    assert "Left out: 2 x not an image, 1 x the only sample of class, 1 x unreadable image." in message


def test_a_flat_folder_is_not_enough(make: Any, tmp_path: Path) -> None:
    """Pictures without labels are an error that says what was expected."""
    files = {f"{i}.png": make.picture(i) for i in range(3)}
    with pytest.raises(SamplesError) as caught:
        load_samples(make.folder(tmp_path / "a", files))
    assert "no class left" in str(caught.value)
    assert "3 x not inside a class folder" in str(caught.value)
    assert "one folder of pictures for each class" in caught.value.hint


def test_a_single_class_folder_is_one_class(make: Any, tmp_path: Path) -> None:
    """A lone class folder is told as such, not as a wrapper."""
    with pytest.raises(SamplesError, match="only one class left: 'cat'"):
        load_samples(make.folder(tmp_path / "a", make.classes(names=["cat"])))


@pytest.mark.parametrize("source", ["nowhere.zip", "nowhere", "", "a\x00b", "x" * 5000, "~nobody-here/x"])
def test_a_source_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """A missing source is named, with what was expected."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SamplesError) as caught:
        load_samples(source)
    assert repr(source).strip("'") in str(caught.value)
    assert "Expected a .zip file or a folder" in str(caught.value)


def test_an_empty_folder_is_not_enough(tmp_path: Path) -> None:
    """A folder of nothing has no class."""
    with pytest.raises(SamplesError, match="has no class left; at least two"):
        load_samples(tmp_path)


def test_demo_samples_are_a_source() -> None:
    """The demo digits come by their name; an unknown name gets the known ones."""
    assert load_samples("demo:digits").n_samples == 600
    with pytest.raises(UnknownNameError, match="demo:digits"):
        load_samples("demo:xyz")


def test_a_relative_source_is_kept_as_an_absolute_one(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that starts elsewhere finds the same source."""
    make.folder(tmp_path / "photos", make.classes())
    monkeypatch.chdir(tmp_path)
    assert load_samples("photos").source == str(tmp_path / "photos")


ODD = ("read.txt", "__MACOSX/a", ".hid/x.png", "a/.DS_Store", "stray.png", "b/Thumbs.db", "a/x")


def _random_files(make: Any, seed: int) -> dict[str, bytes]:
    """Files of a random source: few contents, so that copies abound, damage and odd names."""
    generator = np.random.default_rng(seed)
    contents = [make.picture(i, KINDS[i % 3]) for i in range(12)]
    contents += [contents[0][:60], b"", b"text", make.picture(20, "png", mode="LA")]
    names = [f"{'abc'[k % 3]}/{k}.{KINDS[k % 2]}" for k in range(int(generator.integers(4, 25)))]
    names += [name for name in ODD if generator.random() < 0.4]
    files = {name: contents[generator.integers(len(contents))] for name in names}
    files |= {"a/0.png": contents[0], "a/1.png": contents[1]}
    files |= {"b/2.png": contents[2], "b/3.png": contents[3]}
    if generator.random() < 0.5:
        chosen = [name for name in files if generator.random() < 0.8]
        rows = [(name, "xyz "[generator.integers(4)]) for name in chosen + chosen[:3]]
        rows.append(("gone.png", "x"))
        table = "file,label\n" + "".join(f"{name},{label}\n" for name, label in rows)
        files["labels.csv"] = table.encode()
    return files


def _outcome(source: Path) -> Samples | str:
    """Load samples, or return the message that there are none, without the source's name."""
    try:
        return load_samples(source)
    except SamplesError as error:
        return error.message.replace(str(source), "")


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_lost(make: Any, tmp_path: Path, seed: int) -> None:
    """Every file is a sample, the manifest, or left out: exactly one of them, in folder and zip."""
    files = _random_files(make, seed)
    folder = make.folder(tmp_path / "a", files)
    archive = make.write(tmp_path / "a.zip", make.zip([("a/", b""), *reversed(files.items())]))
    samples, other = _outcome(archive), _outcome(folder)
    if isinstance(samples, str) or isinstance(other, str):
        assert samples == other
        return
    assert _same(samples, other)
    left_out = [item.name for item in samples.left_out]
    rows = {name for name in left_out if name.startswith("labels.csv:")}
    accounted = [*samples.names, *(set(left_out) - rows), *({"labels.csv"} & files.keys())]
    assert sorted(accounted) == sorted(files)
    assert len(set(left_out)) == len(left_out)
    assert len(samples.digests) == len(set(samples.digests))
    assert min(samples.summary().class_counts.values()) >= 2
