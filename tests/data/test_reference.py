"""The reference set: generated pictures with the statistics of natural ones, or the user's own."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.data import load_reference
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import BUILT_IN_REFERENCES
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
    assert [entry.name for entry in reference.skipped] == ["note.txt"]
    assert Path(reference.source).is_absolute()


def test_too_few_pictures_are_refused(tmp_path: Path) -> None:
    """One picture is no set."""
    path = write_zip(tmp_path / "one.zip", {"a.png": encoded(picture("dots", 0))})
    with pytest.raises(SamplesError, match="has 1 pictures that can be read; expected at least 2"):
        load_reference(str(path), "image")
