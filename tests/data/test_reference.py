"""The reference set: generated pictures and sounds, texts of the standard library, or the user's own."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ptmrank_core.data import load_reference, load_samples
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import BUILT_IN_REFERENCES, Modality
from tests.pictures import encoded, picture, write_zip


def test_the_built_in_set_is_always_the_same() -> None:
    """A fixed set of 128 different pictures: features of them are cached for ever."""
    reference = load_reference(BUILT_IN_REFERENCES["image"], "image")
    assert reference.n_samples == 128
    assert len(set(reference.digests)) == 128
    assert {item.decode().size for item in reference.items} == {(64, 64)}
    digest = hashlib.sha256("".join(reference.digests).encode()).hexdigest()
    assert digest == "31784627884d5cf9fed74c7f088c46c4ffa5dd71461a3746020033644a856c00"


def test_dead_leaves_have_the_spectrum_of_natural_pictures() -> None:
    """Mean power falls with about the square of the frequency, as it does in photographs."""
    pictures = [
        np.asarray(item.decode(), dtype=float).mean(2)
        for item in load_reference(BUILT_IN_REFERENCES["image"], "image").items
    ]
    window = np.outer(np.hanning(64), np.hanning(64))
    power = np.mean([np.abs(np.fft.fft2((p - p.mean()) * window)) ** 2 for p in pictures], axis=0)
    frequencies = np.hypot(*np.meshgrid(np.fft.fftfreq(64), np.fft.fftfreq(64)))
    rings = [(frequencies >= f) & (frequencies < f * 1.4) for f in (0.05, 0.07, 0.1, 0.14, 0.2, 0.28)]
    slope = np.polyfit(
        [np.log(frequencies[ring].mean()) for ring in rings],
        [np.log(power[ring].mean()) for ring in rings],
        1,
    )[0]
    assert -3 < slope < -1.5


def test_own_pictures_need_no_classes(tmp_path: Path) -> None:
    """Pictures count wherever they lie; copies and foreign files are left out."""
    files = {f"{i % 2 or ''}/p{i}.png".lstrip("/"): encoded(picture("dots", i)) for i in range(4)}
    files["copy.png"] = files["p0.png"]
    files["note.txt"] = b"text"
    reference = load_reference(str(write_zip(tmp_path / "any.zip", files)), "image")
    assert reference.n_samples == 4
    assert [entry.name for entry in reference.left_out] == ["note.txt"]
    assert Path(reference.source).is_absolute()


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    """One picture is no set."""
    path = write_zip(tmp_path / "one.zip", {"a.png": encoded(picture("dots", 0))})
    with pytest.raises(SamplesError, match="has 1 pictures that can be read; expected at least 2"):
        load_reference(str(path), "image")


def test_the_built_in_sounds_are_always_the_same() -> None:
    """A fixed set of 128 different recordings of one second each."""
    reference = load_reference(BUILT_IN_REFERENCES["audio"], "audio")
    assert reference.modality == "audio"
    assert len(set(reference.digests)) == reference.n_samples == 128
    waves = [item.decode() for item in reference.items]
    assert {(wave.rate, len(wave.samples)) for wave in waves} == {(16_000, 16_000)}
    assert {item.size for item in reference.items} == {16_000}
    assert all(0.89 < np.abs(wave.samples).max() < 0.91 for wave in waves)


def test_struck_objects_have_the_spectrum_of_natural_sounds() -> None:
    """Mean power falls with about the frequency, as it does in speech and music."""
    waves = [item.decode().samples for item in load_reference(BUILT_IN_REFERENCES["audio"], "audio").items]
    power = np.mean([np.abs(np.fft.rfft(wave)) ** 2 for wave in waves], axis=0)  # in steps of one Hertz
    edges = np.geomspace(80, 6000, 9).astype(int)
    means = [power[low:high].mean() for low, high in itertools.pairwise(edges)]
    slope = np.polyfit(np.log(edges[:-1]), np.log(means), 1)[0]
    assert -1.3 < slope < -0.7


def test_the_built_in_texts_are_none_of_the_demo() -> None:
    """128 different texts of the standard library; the demo samples are of other packages."""
    reference = load_reference(BUILT_IN_REFERENCES["text"], "text")
    assert reference.modality == "text"
    assert len(set(reference.digests)) == reference.n_samples == 128
    assert all(len(item.decode().split()) >= 15 for item in reference.items)
    assert not set(reference.digests) & set(load_samples("demo:docstrings").digests)


@pytest.mark.parametrize("modality", ["audio", "text", "video"])
def test_own_files_of_any_modality(make: Any, tmp_path: Path, modality: Modality) -> None:
    """Files count wherever they lie; those of another modality are left out."""
    maker = {"audio": make.tone, "video": make.animation, "text": lambda i: b"Text number %d." % i}[modality]
    suffix = {"audio": "wav", "video": "gif", "text": "txt"}[modality]
    files = {f"{'a/' * (i % 2)}{i}.{suffix}": maker(i) for i in range(4)}
    files |= {f"copy.{suffix}": maker(0), "a/1.bmp": make.picture(1, "bmp")}
    reference = load_reference(str(make.folder(tmp_path / "any", files)), modality)
    assert (reference.modality, reference.n_samples) == (modality, 4)
    assert [entry.name for entry in reference.left_out] == ["a/1.bmp"]


@pytest.mark.parametrize(
    "table",
    ["text,label\nOne text,a\nAnother text,b\nA third,a\n", "text\nOne text\nAnother text\nA third\n"],
)
def test_own_texts_need_no_labels(make: Any, tmp_path: Path, table: str) -> None:
    """A table of texts is a reference with labels or without."""
    reference = load_reference(str(make.write(tmp_path / "a.csv", table.encode())), "text")
    assert [item.decode() for item in reference.items] == ["One text", "Another text", "A third"]
    assert reference.class_names == ("reference",)


def test_own_numbers_are_a_table(make: Any, tmp_path: Path) -> None:
    """Rows of numbers; their label is not among them."""
    table = b"width,height,label\n0.5,1,a\n1.5,2,b\n2.5,4,a\n"
    reference = load_reference(str(make.write(tmp_path / "a.csv", table)), "tabular")
    assert [item.decode().tolist() for item in reference.items] == [[0.5, 1], [1.5, 2], [2.5, 4]]
    with pytest.raises(SamplesError, match="has 0 rows of numbers that can be read"):
        load_reference(str(make.folder(tmp_path / "b", make.classes())), "tabular")


def test_demo_samples_are_a_reference_for_others() -> None:
    """Their labels are forgotten; another modality is refused."""
    reference = load_reference("demo:spoken-digits", "audio")
    assert reference.class_names == ("reference",)
    with pytest.raises(SamplesError, match="'demo:digits' has the modality image; the samples have audio"):
        load_reference("demo:digits", "audio")
    with pytest.raises(
        SamplesError, match="'builtin:dead-leaves' is no reference set for the modality audio"
    ):
        load_reference("builtin:dead-leaves", "audio")
