"""Pictures of every kind as 8-bit RGB, against cases with a known answer."""

from __future__ import annotations

import hashlib
import io
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from ptmrank_core.data import ImageItem, decode_image
from ptmrank_core.data.media.images import PictureChange
from ptmrank_core.data.media.picture_checks import check_image
from ptmrank_core.data.sources.folders import FileBlob
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import BytesBlob

MAX_PIXELS = 100_000_000
RAMP = np.arange(256, dtype=np.uint16).reshape(16, 16)


def _pixels(data: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Pixels of a decoded picture, which is RGB."""
    image = decode_image(data)
    assert image.mode == "RGB"
    return np.asarray(image)


def _changes(data: bytes) -> set[PictureChange]:
    """Tell what decoding changes."""
    return set(check_image("a.png", data, MAX_PIXELS).changes)


def _pgm16(values: np.ndarray[Any, Any]) -> bytes:
    """Binary PGM with 16 bits for each level."""
    height, width = values.shape
    return b"P5 %d %d 65535\n" % (width, height) + values.astype(">u2").tobytes()


def _big_endian_tiff(values: np.ndarray[Any, Any]) -> bytes:
    """Bytes of a 16-bit TIFF in Motorola byte order."""
    image = Image.frombytes("I;16B", values.shape[::-1], values.astype(">u2").tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "tiff")
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["png", "tiff", "tiff, big endian", "pgm"])
def test_a_16_bit_ramp_becomes_the_8_bit_ramp(make: Any, kind: str) -> None:
    """Levels 0, 257, ..., 65535 are the levels 0, 1, ..., 255: scaled, neither clipped nor cut."""
    values = RAMP * 257
    if kind == "pgm":
        data = _pgm16(values)
    elif kind == "tiff, big endian":
        data = _big_endian_tiff(values)
    else:
        data = make.encode(Image.fromarray(values), kind)
    expected = np.repeat(RAMP.astype(np.uint8)[:, :, None], 3, axis=2)
    np.testing.assert_array_equal(_pixels(data), expected)
    assert _changes(data) == {PictureChange.DEEP}


def _tiff12(levels: list[int]) -> bytes:
    """Bytes of a TIFF with 12 bits for each of an even number of levels, in one row."""
    packed = bytearray()
    for a, b in zip(levels[::2], levels[1::2], strict=True):
        packed += bytes([a >> 4, (a & 15) << 4 | b >> 8, b & 255])
    image = Image.new("I;16", (len(levels), 1))
    info = TiffImagePlugin.ImageFileDirectory_v2()
    buffer = io.BytesIO()
    image.save(buffer, "tiff", tiffinfo=info)
    with Image.open(io.BytesIO(buffer.getvalue())) as saved:
        offset = saved.tag_v2[273][0]  # type: ignore[attr-defined]
    data = bytearray(buffer.getvalue())
    data[offset : offset + len(packed)] = packed
    at = data.index(b"\x02\x01\x03\x00\x01\x00\x00\x00\x10\x00")
    data[at + 8] = 12
    return bytes(data)


def test_a_12_bit_picture_is_scaled_from_12_bits() -> None:
    """The whitest level of 12 bits is white, though it is stored in 16."""
    assert _pixels(_tiff12([0, 4095]))[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0.0, 0.5, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[0, 32768, 65535]], np.int32), [0, 128, 255]),
    ],
)
def test_other_deep_levels_are_scaled(make: Any, values: Any, expected: list[int]) -> None:
    """Floats from 0 to 1 and 32-bit integers of 16 bits are scaled too."""
    assert _pixels(make.encode(Image.fromarray(values), "tiff"))[0, :, 0].tolist() == expected


@pytest.mark.parametrize(
    "values",
    [
        np.array([[0.0, 255.0]], np.float32),
        np.array([[0.0, np.nan]], np.float32),
        np.array([[-1, 5]], np.int32),
        np.array([[0, 65536]], np.int32),
    ],
)
def test_levels_without_a_known_white_are_refused(make: Any, values: Any) -> None:
    """Levels beyond the range are not clipped in silence."""
    with pytest.raises(SamplesError, match=r"grey levels from .* expected 0 to"):
        decode_image(make.encode(Image.fromarray(values), "tiff"))


def _half_red(mode: str) -> Image.Image:
    """Make pixels of red: one opaque, one half transparent, one not there."""
    image = Image.new("RGBA", (3, 1), (255, 0, 0, 255))
    image.putpixel((1, 0), (255, 0, 0, 128))
    image.putpixel((2, 0), (255, 0, 0, 0))
    return image.convert(mode)


def test_alpha_is_put_on_white(make: Any) -> None:
    """Red over white: 255 * (1 - alpha) in green and blue."""
    data = make.encode(_half_red("RGBA"))
    assert _pixels(data)[0].tolist() == [[255, 0, 0], [255, 127, 127], [255, 255, 255]]
    assert _changes(data) == {PictureChange.ALPHA}


def test_grey_with_alpha_is_put_on_white(make: Any) -> None:
    """Transparent black is white."""
    data = make.encode(Image.new("LA", (1, 1), (0, 0)))
    assert _pixels(data)[0].tolist() == [[255, 255, 255]]


@pytest.mark.parametrize("mode", ["RGB", "L", "1"])
def test_a_transparent_colour_is_put_on_white(make: Any, mode: str) -> None:
    """PNG can name one colour as transparent instead of having an alpha channel."""
    transparent = (0, 0, 0) if mode == "RGB" else 0
    data = make.encode(Image.new(mode, (1, 1), 0), transparency=transparent)
    assert _pixels(data)[0].tolist() == [[255, 255, 255]]
    assert _changes(data) == {PictureChange.ALPHA}


def test_a_palette_with_levels_of_transparency(make: Any) -> None:
    """A palette whose colours have an alpha each is put on white, without a warning."""
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    data = make.encode(image, transparency=bytes([255, 0]))
    assert _pixels(data)[0].tolist() == [[255, 0, 0], [255, 255, 255]]
    assert _changes(data) == {PictureChange.ALPHA, PictureChange.PALETTE}


@pytest.mark.parametrize("kind", ["jpeg", "tiff"])
def test_white_of_cmyk_is_white(make: Any, kind: str) -> None:
    """No ink is white and all ink is black, inverted Adobe files included."""
    image = Image.new("CMYK", (16, 8), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (8, 0, 16, 8))
    data = make.encode(image, kind)
    assert _pixels(data)[0, 0].tolist() == [255, 255, 255]
    assert _pixels(data)[0, 15].tolist() == [0, 0, 0]
    assert _changes(data) == {PictureChange.CMYK}


CORNERS = {
    1: [[1, 2, 3], [4, 5, 6]],
    2: [[3, 2, 1], [6, 5, 4]],
    3: [[6, 5, 4], [3, 2, 1]],
    4: [[4, 5, 6], [1, 2, 3]],
    5: [[1, 4], [2, 5], [3, 6]],
    6: [[4, 1], [5, 2], [6, 3]],
    7: [[6, 3], [5, 2], [4, 1]],
    8: [[3, 6], [2, 5], [1, 4]],
}


@pytest.mark.parametrize("kind", ["png", "tiff"])
@pytest.mark.parametrize("orientation", sorted(CORNERS))
def test_exif_orientation_is_applied(make: Any, kind: str, orientation: int) -> None:
    """Each of the eight orientations turns six pixels as EXIF 2.3 (tag 0x0112) draws it."""
    image = Image.fromarray(np.array(CORNERS[1], np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = make.encode(image, kind, exif=exif)
    assert _pixels(data)[:, :, 0].tolist() == CORNERS[orientation]


def test_a_photo_turned_sideways_is_upright(make: Any) -> None:
    """Orientation 6, a phone held upright, swaps width and height of a JPEG, and is told."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = make.picture(1, "jpeg", exif=exif)
    assert decode_image(data).size == (20, 24)
    assert _changes(data) == {PictureChange.ROTATED}


@pytest.mark.parametrize("exif", [b"Exif\x00\x00nonsense", b"Exif\x00\x00II*\x00\xff\xff\xff\xff"])
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_broken_exif_costs_nothing(make: Any, kind: str, exif: bytes) -> None:
    """A picture whose EXIF cannot be read is taken as it is."""
    assert decode_image(make.picture(1, kind, exif=exif)).size == (24, 20)


@pytest.mark.parametrize("kind", ["gif", "webp", "png", "tiff"])
def test_the_first_frame_of_an_animation_is_taken(make: Any, kind: str) -> None:
    """Red, then blue, is red."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    options = {"lossless": True} if kind == "webp" else {}
    data = make.encode(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    assert _pixels(data)[0, 0].tolist() == [255, 0, 0]
    assert PictureChange.FRAMES in _changes(data)


def test_a_preview_inside_a_photo_is_no_animation(make: Any) -> None:
    """Cameras put a second, small picture into a JPEG (MPO); that is not worth a word."""
    preview = Image.new("RGB", (8, 8))
    data = make.encode(Image.new("RGB", (24, 20)), "mpo", save_all=True, append_images=[preview])
    assert decode_image(data).size == (24, 20)
    assert _changes(data) == set()


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif", "bmp", "tiff", "ppm"])
def test_plain_pictures_are_as_pillow_reads_them(make: Any, kind: str) -> None:
    """Eight bits of RGB in any of the formats pass through unchanged."""
    data = make.picture(3, kind)
    with Image.open(io.BytesIO(data)) as image:
        expected = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(_pixels(data), expected)
    assert _changes(data) <= {PictureChange.PALETTE}


def _outcome(data: bytes) -> str:
    """Decode a picture and return its mode, or the reason that there is none."""
    try:
        return decode_image(data, max_pixels=10**6).mode
    except SamplesError as error:
        return error.message


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif", "bmp", "tiff", "ppm"])
def test_random_damage_is_a_reason(make: Any, kind: str) -> None:
    """Damaged bytes decode or give a reason; no other error, no warning."""
    data = make.picture(4, kind)
    generator = np.random.default_rng(5)
    for _ in range(150):
        damaged = bytearray(data)
        for at in generator.integers(0, min(len(data), 400), size=3):
            damaged[at] = generator.integers(256)
        cut = len(data) if generator.random() < 0.7 else int(generator.integers(len(data)))
        outcome = _outcome(bytes(damaged[:cut]))
        assert outcome == "RGB" or outcome.startswith(("unreadable image: ", "too many pixels: "))


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "bmp", "tiff", "ppm"])
def test_a_truncated_picture_is_unreadable(make: Any, kind: str) -> None:
    """Half a picture is no picture, though its header is whole."""
    data = make.picture(4, kind)
    with pytest.raises(SamplesError, match=r"^unreadable image: "):
        decode_image(data[: len(data) // 2])


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (10_001, 10_000)])
def test_too_many_pixels_are_refused_by_the_header(width: int, height: int) -> None:
    """A header of 100 million pixels and more is refused; there is no data behind it to decode."""
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(SamplesError, match=r"^too many pixels: "):
        decode_image(b"P5 %d %d 255\n" % (width, height))
    assert before == Image.MAX_IMAGE_PIXELS


def test_pillows_own_warning_does_not_leak() -> None:
    """Below our limit but above Pillow's warning, a truncated picture is only truncated."""
    with pytest.raises(SamplesError, match=r"^unreadable image: "):
        decode_image(b"P5 10000 9500 255\n")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("notes.txt", r"^not an image \(.txt\)$"),
        ("Makefile", r"^not an image \(no suffix\)$"),
        ("photo.HEIC", r"^a picture format that is not supported \(.heic\)"),
        ("photo.jpg", "^unreadable image: no readable header of JPEG, PNG"),
    ],
)
def test_the_reason_fits_the_name(name: str, reason: str) -> None:
    """Text under a picture's name is a broken picture, under another name no picture."""
    with pytest.raises(SamplesError, match=reason):
        check_image(name, b"Please read me: P5 and so on", MAX_PIXELS)


def test_a_picture_is_known_by_its_bytes(make: Any) -> None:
    """The suffix does not matter where the bytes are a picture."""
    assert check_image("photo", make.picture(1), MAX_PIXELS).changes == frozenset()


def test_decoding_in_threads_leaves_the_warning_filters_alone(make: Any) -> None:
    """Many threads decode at once; the process's own filters are back afterwards."""
    data = [make.picture(i, kind) for i in range(8) for kind in ("png", "jpeg", "gif")]
    before = list(warnings.filters)
    threads = [threading.Thread(target=lambda d=d: decode_image(d)) for d in data]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before


def test_an_item_decodes_its_blob(make: Any) -> None:
    """Items of samples give RGB pictures."""
    data = make.picture(1)
    item = ImageItem(BytesBlob(data), hashlib.sha256(data).hexdigest())
    assert item.decode().mode == "RGB"


def test_an_item_whose_file_changed_is_refused(tmp_path: Path, make: Any) -> None:
    """Features are cached under the digest of what was read first: other bytes must not get in."""
    path = tmp_path / "1.png"
    path.write_bytes(make.picture(1))
    item = ImageItem(FileBlob(path, "1.png", 10**6), hashlib.sha256(path.read_bytes()).hexdigest())
    assert item.decode().mode == "RGB"
    path.write_bytes(make.picture(2))
    with pytest.raises(SamplesError, match="changed since it was read"):
        item.decode()
