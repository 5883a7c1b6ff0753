"""Models that read pictures alike share what was prepared; others, and large sets, do not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from ptmrank_core.features import shared_preparation as stage
from ptmrank_core.features.encoders.pixels import PicturesPreparer, PixelSteps
from ptmrank_core.features.shared_preparation import prepare_shared

N = 70
DIGESTS = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(N)]


@dataclass(frozen=True)
class Picture:
    """A grey picture that notes when it is decoded."""

    level: int
    decoded: list[int]

    @property
    def size(self) -> int:
        """One for all."""
        return 1

    def decode(self) -> Image.Image:
        """Make the picture."""
        self.decoded.append(self.level)
        return Image.new("RGB", (8, 6), (self.level,) * 3)


@pytest.fixture
def decoded() -> Iterator[list[int]]:
    """The levels of the pictures that were decoded, in a process that has prepared nothing yet."""
    stage._former.clear()
    yield []
    stage._former.clear()


def preparer(scale: float, size: int = 4) -> PicturesPreparer:
    """Resize, and multiply."""
    factor = np.full((3, 1, 1), scale, dtype=np.float32)
    return PicturesPreparer(PixelSteps((size, size), 2, None, factor, np.zeros_like(factor)))


def prepare(decoded: list[int], own: PicturesPreparer, order: list[int]) -> dict[int, float]:
    """Prepare pictures; return the first pixel of each."""
    items = [Picture(number, decoded) for number in range(N)]
    names = [str(number) for number in range(N)]
    return {
        index: float(prepared.rows[0]["pixel_values"][0, 0, 0])
        for chunk in prepare_shared(items, names, DIGESTS, order, own)
        for index, prepared in zip(chunk.indices, chunk.samples, strict=True)
    }


def test_what_the_former_model_read_alike_is_not_prepared_again(decoded: list[int]) -> None:
    """In any order, and of some pictures too; it is what preparing them gives."""
    whole = list(range(N))
    assert prepare(decoded, preparer(2.0), whole) == {number: 2.0 * number for number in whole}
    assert sorted(decoded) == whole
    for order in (whole[::-1], [5, 3]):
        assert prepare(decoded, preparer(2.0), order) == {number: 2.0 * number for number in order}
        assert list(prepare(decoded, preparer(2.0), order)) == order
    assert len(decoded) == N


@pytest.mark.parametrize("other", [preparer(3.0), preparer(2.0, size=5)], ids=["scale", "size"])
def test_a_model_that_reads_otherwise_shares_nothing(decoded: list[int], other: PicturesPreparer) -> None:
    """Its pictures are prepared, and replace those of the former model."""
    for own in (preparer(2.0), other, preparer(2.0)):
        prepare(decoded, own, list(range(N)))
    assert len(decoded) == 3 * N


def test_only_further_pictures_are_prepared(decoded: list[int]) -> None:
    """A model may read samples of its own besides; the order is the one that was asked for."""
    for order in (list(range(10, 50)), [60, *range(5, 45), 1, 49, 2], [*range(50, N), 5]):
        assert prepare(decoded, preparer(2.0), order) == {number: 2.0 * number for number in order}
        assert list(prepare(decoded, preparer(2.0), order)) == order
    assert sorted(decoded) == sorted([*range(10, 50), 60, *range(5, 10), 1, 2, *(set(range(50, N)) - {60})])


def test_a_large_set_is_not_kept(decoded: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held between two models has a bound."""
    monkeypatch.setattr(stage, "MOST_BYTES", N * 3 * 4 * 4 * 4 - 1)
    for _ in range(2):
        prepare(decoded, preparer(2.0), list(range(N)))
    assert len(decoded) == 2 * N
    assert not stage._former
