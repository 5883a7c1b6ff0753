"""Pictures of Pillow in every mode, as a file of them is read."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ptmrank_core.data import Limits, load_samples
from ptmrank_core.data.objects.pictures import picture_item
from ptmrank_core.errors import SamplesError
from ptmrank_core.examples import load_image_example
from tests.data.objects.own import LABELS, N, pictures
from tests.pictures import encoded


def rotated(image: Image.Image) -> Image.Image:
    """The same picture as a camera held upright stores it: turned, with a tag."""
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    image.transpose(Image.Transpose.ROTATE_90).save(buffer, "PNG", exif=exif)
    return Image.open(io.BytesIO(buffer.getvalue()))


def deep(image: Image.Image) -> Image.Image:
    """A picture with 12 bits of grey in 16."""
    grey = np.asarray(image.convert("L")).astype(np.uint16)
    return Image.fromarray(grey * 16)


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image,
        lambda image: image.convert("L"),
        lambda image: image.convert("1"),
        lambda image: image.convert("P"),
        lambda image: image.convert("RGBA"),
        lambda image: image.convert("CMYK").convert("RGB"),
        rotated,
        deep,
    ],
)
def test_a_picture_looks_as_its_file_does(change: Any, tmp_path: Path) -> None:
    """Pixel by pixel, with the same notes and warnings, whatever its mode."""
    own = [change(image) for image in pictures()]
    for i, image in enumerate(own):
        (tmp_path / LABELS[i]).mkdir(exist_ok=True)
        exif = image.getexif()
        image.save(tmp_path / LABELS[i] / f"{i:02}.png", exif=exif)
    of_files = load_samples(tmp_path)
    of_objects = load_image_example(list(zip(own, LABELS, strict=True)))
    by_name = {name.split("/")[1]: item for name, item in zip(of_files.names, of_files.items, strict=True)}
    for i, item in enumerate(of_objects.items):
        assert np.array_equal(np.asarray(item.decode()), np.asarray(by_name[f"{i:02}.png"].decode()))
    assert of_objects.notes == of_files.notes
    assert of_objects.n_samples == of_files.n_samples == N


def test_blank_pictures_are_warned_of() -> None:
    """As blank files are."""
    blank = [(Image.new("RGB", (8, 8 + i), "red"), "dog") for i in range(2)]
    samples = load_image_example([*zip(pictures(), LABELS, strict=True), *blank])
    assert any("2 of the pictures are of one colour: 'image:13', 'image:14'" in w for w in samples.warnings)


def test_a_picture_that_is_too_large_or_broken_is_left_out() -> None:
    """With the reason; the others stay."""
    broken = Image.open(io.BytesIO(encoded(pictures(1)[0])[:-300]))
    samples = load_image_example([*zip(pictures(), LABELS, strict=True), (broken, "cat"), (None, "cat")])
    assert samples.n_samples == N
    assert [one.name for one in samples.left_out] == ["image:13", "image:14"]
    assert samples.left_out[0].reason.startswith("unreadable image: ")
    with pytest.raises(SamplesError, match="too many pixels: 8 x 8; at most 63"):
        picture_item(Image.new("RGB", (8, 8)), Limits(max_pixels=63))
    with pytest.raises(SamplesError, match="without pixels"):
        picture_item(Image.new("RGB", (0, 8)), Limits())


def test_what_is_done_to_the_picture_later_changes_nothing() -> None:
    """The samples hold the pixels as they were."""
    own = pictures()
    samples = load_image_example(list(zip(own, LABELS, strict=True)))
    before = np.asarray(samples.items[0].decode()).copy()
    own[0].putpixel((0, 0), (255, 0, 255))
    assert np.array_equal(np.asarray(samples.items[0].decode()), before)
