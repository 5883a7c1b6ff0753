"""What the map says of a sample beside the pointer, and small pictures of many."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dashboard.components.sample_map.pictures import describe, picture_sheet
from dashboard.components.thumbnails import has_pictures
from ptmrank_core.records import Modality, Samples, Waveform


@dataclass(frozen=True)
class Made:
    """A sample that is there already."""

    decoded: Any
    size: int = 1

    def decode(self) -> Any:
        """Return it."""
        return self.decoded


class Clip:
    """A video of one colour for each frame."""

    def sample(self, n: int) -> list[Image.Image]:
        """Return frames: the middle one is green."""
        assert n == 1
        return [Image.new("RGB", (40, 20), (0, 200, 0))]


def samples(modality: Modality, *decoded: Any) -> Samples:
    """Samples of one class."""
    n_samples = len(decoded)
    return Samples(
        modality=modality,
        names=tuple(f"<i>{row}</i>" for row in range(n_samples)),
        items=tuple(Made(one) for one in decoded),
        labels=np.zeros(n_samples, dtype=np.int64),
        class_names=("only",),
        digests=tuple(f"{row:064}" for row in range(n_samples)),
        left_out=(),
        source="made up",
    )


def opened(url: str) -> Image.Image:
    """The picture of a data URL."""
    kind, _, content = url.partition(",")
    assert kind == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(content)))


@pytest.mark.parametrize(
    ("modality", "decoded", "size"),
    [
        ("image", Image.new("RGB", (1000, 500)), (200, 100)),
        ("image", Image.new("L", (8, 8)), (200, 200)),
        ("image", Image.new("RGB", (3000, 2)), (200, 1)),
        ("video", Clip(), (200, 100)),
        ("audio", Waveform(np.zeros(8000, dtype=np.float32), 16000), (220, 90)),
    ],
)
def test_what_can_be_drawn_is_drawn(modality: Modality, decoded: Any, size: tuple[int, int]) -> None:
    """A picture, the middle frame of a video, the spectrogram of a recording; name and label are texts."""
    chosen = samples(modality, decoded)
    described = describe(f"{modality} {size}", chosen, 0)
    assert opened(described["picture"]).size == size
    assert (described["name"], described["label"], described["row"]) == ("<i>0</i>", "only", 0)
    assert described.get("words") == ("0.5 s, 0 to 8 kHz" if modality == "audio" else None)


def test_texts_and_rows_are_words_and_numbers() -> None:
    """The beginning of a text on one line; the first eight numbers of a row."""
    assert describe("text", samples("text", "good\n" * 200), 0)["words"].startswith("good good good")
    assert len(describe("text", samples("text", "good\n" * 200), 0)["words"]) <= 280
    described = describe("rows", samples("tabular", np.arange(12) / 3), 0)
    assert described["values"][1] == ["number 2", "0.3333"]
    assert len(described["values"]) == 8
    assert "picture" not in described
    assert not has_pictures("text")


def test_a_sheet_has_every_picture_at_its_place() -> None:
    """Five pictures stand in rows of three, each in its own colour."""
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)]
    chosen = samples("image", *(Image.new("RGB", (30, 30), colour) for colour in colours))
    sheet = picture_sheet("sheet", chosen, np.array([4, 3, 2, 1, 0]))
    picture, side = opened(sheet["sheet"]), sheet["side"]
    assert (picture.size, sheet["columns"]) == ((3 * side, 2 * side), 3)
    rows = np.frombuffer(base64.b64decode(sheet["rows"]), dtype="<u4").tolist()
    for place, row in enumerate(rows):
        pixel = picture.getpixel((place % 3 * side + side // 2, place // 3 * side + side // 2))
        np.testing.assert_allclose(pixel, colours[row], atol=12)
