"""Pictures become the numbers that transformers' own processors make of them, without torch."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from transformers import AutoImageProcessor, VivitImageProcessor

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.encoders.image import picture_reader
from ptmrank_core.features.encoders.pixels import (
    FramesPreparer,
    PicturesPreparer,
    PixelSteps,
    TransformersReader,
)
from ptmrank_core.features.encoders.processors import PLAIN
from ptmrank_core.records import ModelSpec

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SIZES = [(64, 48), (48, 64), (41, 41), (20, 90), (12, 9), (33, 32)]
SQUARE = {"size": {"height": 32, "width": 24}}
EDGE = {"size": {"shortest_edge": 36}}
CROP = {"do_center_crop": True, "crop_size": {"height": 32, "width": 32}}
# Class -> settings beside its own defaults.
SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("BeitImageProcessor", SQUARE),
    ("BitImageProcessor", EDGE | CROP),
    ("CLIPImageProcessor", EDGE | CROP),
    ("CLIPImageProcessor", {"size": 36, "crop_size": 32}),
    ("ConvNextImageProcessor", EDGE),
    ("ConvNextImageProcessor", {"size": {"shortest_edge": 384}}),
    ("ConvNextImageProcessor", {"size": 32, "crop_pct": 0.9}),
    ("DeiTImageProcessor", {"size": 40, "crop_size": 32, "resample": 0}),
    ("LevitImageProcessor", EDGE | CROP),
    ("MobileNetV1ImageProcessor", EDGE | CROP),
    ("MobileNetV2ImageProcessor", EDGE | CROP),
    ("PvtImageProcessor", SQUARE),
    ("SegformerImageProcessor", SQUARE),
    ("SiglipImageProcessor", SQUARE | {"resample": 3}),
    ("ViTImageProcessor", SQUARE),
    ("ViTImageProcessor", SQUARE | {"do_normalize": False}),
    ("ViTImageProcessor", SQUARE | {"do_rescale": False}),
    ("ViTImageProcessor", {"size": 32, "image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6]}),
]


def picture(width: int, height: int) -> Image.Image:
    """A picture of noise: any slip of a pixel shows."""
    rng = np.random.default_rng(width * 1000 + height)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def write(folder: Path, settings: dict[str, Any], name: str = "preprocessor_config.json") -> ModelSpec:
    """Write a processor's settings; return the model that they belong to."""
    (folder / name).write_text(json.dumps(settings), encoding="utf-8")
    return ModelSpec(id="model", source="local", modality="image", path=str(folder), model_type="vit")


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_our_pixels_are_those_of_transformers(kind: str, settings: dict[str, Any], tmp_path: Path) -> None:
    """The plain classes are replaced by our steps, and no pixel differs by more than rounding."""
    read = picture_reader(write(tmp_path, {"image_processor_type": kind, **settings}))
    assert isinstance(read, PixelSteps)
    theirs = AutoImageProcessor.from_pretrained(tmp_path, backend="pil")
    for width, height in SIZES:
        image = picture(width, height)
        expected = theirs(images=[image], return_tensors="np")["pixel_values"][0]
        pixels = read(image)["pixel_values"]
        assert pixels.dtype == np.float32
        np.testing.assert_allclose(pixels, expected, rtol=1e-5, atol=2e-6 * np.abs(expected).max())


def test_every_plain_class_is_compared() -> None:
    """A class that is replaced without a comparison would be a guess."""
    assert {kind for kind, _ in SETTINGS} | {"VideoMAEImageProcessor"} == PLAIN


def test_dinov3_follows_the_written_formula(tmp_path: Path) -> None:
    """Resize to a square, rescale, normalise: DINOv3's processor in transformers needs torchvision."""
    settings = {"image_processor_type": "DINOv3ViTImageProcessorFast", "size": {"height": 16, "width": 24}}
    read = picture_reader(write(tmp_path, settings | {"crop_size": None, "do_center_crop": None}))
    image = picture(40, 30)
    resized = np.asarray(image.resize((24, 16), Image.Resampling.BILINEAR), dtype=np.float64)
    expected = ((resized / 255 - IMAGENET_MEAN) / IMAGENET_STD).transpose(2, 0, 1)
    np.testing.assert_allclose(read(image)["pixel_values"], expected, rtol=1e-5, atol=1e-6)


def test_vivit_follows_the_written_formula(tmp_path: Path) -> None:
    """Shorter side to 36, 32x32 at the centre, to -1..1, normalised; transformers' own class agrees."""
    settings = {"image_processor_type": "VivitImageProcessor", **EDGE, **CROP, "rescale_factor": 1 / 127.5}
    read = picture_reader(write(tmp_path, settings))
    image = picture(50, 40)
    resized = np.asarray(image.resize((45, 36), Image.Resampling.BILINEAR), dtype=np.float64)
    expected = (((resized[2:34, 6:38] / 127.5 - 1) - 0.5) / 0.5).transpose(2, 0, 1)
    pixels = read(image)["pixel_values"]
    np.testing.assert_allclose(pixels, expected, rtol=1e-5, atol=2e-6)
    theirs = VivitImageProcessor.from_pretrained(tmp_path)([image], return_tensors="np")["pixel_values"]
    np.testing.assert_allclose(pixels, theirs[0, 0], rtol=1e-5, atol=2e-6)


def test_a_class_with_further_steps_is_left_to_transformers(tmp_path: Path) -> None:
    """MobileViT swaps red and blue: its own processor runs, and the swap is there."""
    settings = {"image_processor_type": "MobileViTImageProcessor", **EDGE, **CROP}
    read = picture_reader(write(tmp_path, settings))
    assert isinstance(read, TransformersReader)
    red = read(Image.new("RGB", (40, 40), (255, 0, 0)))["pixel_values"]
    assert red[2].min() > 0.99
    assert red[0].max() < 0.01


def test_settings_of_a_saved_processor_are_found(tmp_path: Path) -> None:
    """Models with two towers keep the settings of their image processor inside processor_config.json."""
    inner = {"image_processor_type": "DINOv3ViTImageProcessor", "size": {"height": 8, "width": 8}}
    spec = write(tmp_path, {"processor_class": "X", "image_processor": inner}, "processor_config.json")
    assert picture_reader(spec)(picture(20, 20))["pixel_values"].shape == (3, 8, 8)


def test_an_unknown_class_is_followed_where_its_settings_say_all(tmp_path: Path) -> None:
    """A processor that transformers cannot run here is followed if it only resizes and normalises."""
    known = {
        "image_processor_type": "NewImageProcessor",
        **SQUARE,
        "resample": 2,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    }
    pixels = picture_reader(write(tmp_path, known))(picture(50, 40))["pixel_values"]
    assert pixels.shape == (3, 32, 24)
    spec = write(tmp_path, known | {"max_num_tiles": 4})
    with pytest.raises(UnsupportedModelError, match=r"NewImageProcessor.*max_num_tiles"):
        picture_reader(spec)
    spec = write(tmp_path, {"image_processor_type": "NewImageProcessor", **SQUARE})
    with pytest.raises(UnsupportedModelError, match="image_mean"):
        picture_reader(spec)


def test_missing_and_broken_settings_are_told(tmp_path: Path) -> None:
    """Nothing is guessed where the checkpoint does not say how it reads pictures."""
    spec = ModelSpec(id="model", source="local", modality="image", path=str(tmp_path), model_type="vit")
    with pytest.raises(UnsupportedModelError, match=r"'model' has no preprocessor_config\.json"):
        picture_reader(spec)
    (tmp_path / "preprocessor_config.json").write_text("{", encoding="utf-8")
    with pytest.raises(UnsupportedModelError, match="could not be read"):
        picture_reader(spec)


def test_another_process_prepares_without_torch(tmp_path: Path) -> None:
    """A pickled preparer gives the same rows where neither torch nor transformers is imported."""
    read = picture_reader(write(tmp_path, {"image_processor_type": "ViTImageProcessor", **SQUARE}))
    preparer = PicturesPreparer(read)
    image = picture(50, 40)
    (tmp_path / "work").write_bytes(pickle.dumps((preparer, image)))
    code = (
        "import pickle, sys, numpy as np; from pathlib import Path\n"
        f"preparer, image = pickle.loads(Path({str(tmp_path / 'work')!r}).read_bytes())\n"
        f"np.save({str(tmp_path / 'pixels.npy')!r}, preparer([image])[0].rows[0]['pixel_values'])\n"
        "print([name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    np.testing.assert_array_equal(
        np.load(tmp_path / "pixels.npy"), preparer([image])[0].rows[0]["pixel_values"]
    )


def test_a_preparer_of_transformers_can_be_pickled(tmp_path: Path) -> None:
    """Where transformers' own processor is needed, it travels to other processes as well."""
    read = picture_reader(
        write(tmp_path, {"image_processor_type": "MobileViTImageProcessor", **EDGE, **CROP})
    )
    again = pickle.loads(pickle.dumps(PicturesPreparer(read)))  # noqa: S301 - our own bytes
    image = picture(50, 40)
    np.testing.assert_array_equal(again([image])[0].rows[0]["pixel_values"], read(image)["pixel_values"])


def test_a_video_is_asked_for_as_many_frames_as_the_model_reads(tmp_path: Path) -> None:
    """Each frame is read as a picture, in its order."""

    class Video:
        def sample(self, n_frames: int) -> list[Image.Image]:
            return [Image.new("RGB", (40, 40), (level, 0, 0)) for level in range(n_frames)]

    settings = {"image_processor_type": "VideoMAEImageProcessor", **EDGE, **CROP, "do_normalize": False}
    preparer = FramesPreparer(picture_reader(write(tmp_path, settings)), n_frames=5)
    (row,) = preparer([Video()])[0].rows
    assert row["pixel_values"].shape == (5, 3, 32, 32)
    np.testing.assert_allclose(row["pixel_values"][:, 0, 0, 0] * 255, np.arange(5), atol=1e-5)
