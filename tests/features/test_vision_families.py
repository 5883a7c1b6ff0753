"""Every family of image and video models gives the vector that the table promises, whatever the batch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoImageProcessor, VivitImageProcessor
from transformers.models.videomae.image_processing_pil_videomae import VideoMAEImageProcessorPil

from ptmrank_core.features.pooling import FAMILIES
from ptmrank_core.records import Modality, ModelSpec, Samples
from tests.features.readings import Door, check_formats
from tests.features.vision_families import IMAGES, VARIANTS, VIDEOS, Case, by_hand, save_family, spec_of

CASES = [
    (modality, name, head)
    for modality, cases in (("image", IMAGES), ("video", VIDEOS))
    for name, case in cases.items()
    for head in (False, True)
    if (case.head_formula is not None if head else case.model != "none" and name != "deit-distilled")
]


def given(cases: list[tuple[str, str, bool]]) -> pytest.MarkDecorator:
    """Give a test the saved models of some cases."""
    ids = [f"{name}-{'head' if head else 'bare'}" for _, name, head in cases]
    return pytest.mark.parametrize("family", cases, indirect=True, ids=ids)


# A head stands on all of the body: the body is tried alone where no class has both.
WITH_HEAD = {name for _, name, head in CASES if head}
WHOLE = [(modality, name, head) for modality, name, head in CASES if head or name not in WITH_HEAD]


@dataclass(frozen=True)
class Clip:
    """A video that is in memory."""

    frames: tuple[Image.Image, ...]

    def sample(self, n_frames: int) -> list[Image.Image]:
        """Return frames evenly spread."""
        return [self.frames[i * len(self.frames) // n_frames] for i in range(n_frames)]


@dataclass(frozen=True)
class Ready:
    """A sample that is decoded already."""

    content: Any
    size: int = 0

    def decode(self) -> Any:
        """Return it."""
        return self.content


@cache
def pictures() -> tuple[Image.Image, ...]:
    """Nine RGB pictures of one size, smooth so that resizing keeps something of them."""
    rng = np.random.default_rng(0)
    grains = rng.integers(0, 256, (9, 6, 5, 3), dtype=np.uint8)
    return tuple(Image.fromarray(grain).resize((40, 48), Image.Resampling.BICUBIC) for grain in grains)


@cache
def clips() -> tuple[Clip, ...]:
    """Nine videos of eight frames."""
    return tuple(Clip(tuple(pictures()[(start + k) % 9] for k in range(8))) for start in range(9))


def samples_of(contents: Sequence[Any], modality: str = "image") -> Samples:
    """Samples in memory."""
    items = tuple(Ready(content) for content in contents)
    digests = tuple(hashlib.sha256(str(id(content)).encode()).hexdigest() for content in contents)
    return Samples(
        modality=modality,  # type: ignore[arg-type] # a literal in every call
        names=digests,
        items=items,
        labels=np.arange(len(items)) % 2,
        class_names=("a", "b"),
        digests=digests,
        left_out=(),
        source="memory",
    )


@dataclass(frozen=True)
class Saved:
    """A saved model of a family, and what it reads."""

    modality: str
    case: Case
    folder: Path

    @property
    def spec(self) -> ModelSpec:
        """Describe it."""
        return spec_of(self.folder, modality=self.modality)

    @property
    def contents(self) -> tuple[Any, ...]:
        """Nine samples."""
        return pictures() if self.modality == "image" else clips()

    def inputs(self) -> dict[str, torch.Tensor]:
        """What transformers' own processor makes of the samples."""
        if self.modality == "image":
            processor = AutoImageProcessor.from_pretrained(self.folder, backend="pil")
            return dict(processor(images=list(self.contents), return_tensors="pt"))
        kind = VivitImageProcessor if self.case.stem == "Vivit" else VideoMAEImageProcessorPil
        videos = [clip.sample(4) for clip in self.contents]
        return dict(kind.from_pretrained(self.folder)(videos, return_tensors="pt"))


@pytest.fixture(scope="module")
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """A saved model of the family that the test names."""
    modality, name, head = request.param
    case = {**IMAGES, **VIDEOS}[name]
    folder = tmp_path_factory.mktemp("family") / name
    return Saved(modality, case, save_family(folder, case, head=head, modality=modality))


@given(CASES)
def test_a_family_gives_its_documented_vector(family: Saved, door: Door) -> None:
    """Vectors and logits equal plain calls."""
    features = door(samples_of(family.contents, family.modality), family.spec)
    expected, logits = by_hand(family.folder, family.case, family.inputs(), modality=family.modality)
    scale = np.abs(expected).max()
    assert expected.std(axis=0).max() > 1e-3 * scale, "the samples must differ under this model"
    # Our pixels and transformers' differ in their last bit, which deep networks enlarge.
    np.testing.assert_allclose(features.embeddings, expected, rtol=1e-4, atol=1e-4 * scale)
    assert (features.source_logits is None) == (logits is None)
    if logits is not None:
        np.testing.assert_allclose(
            features.source_logits, logits, rtol=1e-4, atol=1e-4 * np.abs(logits).max()
        )


@given(WHOLE)
def test_no_neighbour_moves_a_vector(family: Saved, door: Door) -> None:
    """In another order, in smaller batches and after a second load a family gives the same vectors.

    In half precision it gives nearly the same, or says that it ran in float32.
    """
    features = check_formats(door, samples_of(family.contents, family.modality), family.spec)
    others = door(samples_of(family.contents[:2:-1], family.modality), family.spec, batch_size=5)
    scale = np.abs(features.embeddings).max()
    np.testing.assert_allclose(others.embeddings, features.embeddings[:2:-1], rtol=1e-5, atol=1e-5 * scale)


@pytest.mark.parametrize(("modality", "cases"), [("image", IMAGES), ("video", VIDEOS)])
def test_every_row_of_the_table_has_a_test(modality: Modality, cases: dict[str, Case]) -> None:
    """A family that is in the table and not in the tests would be a promise without proof."""
    tested = {VARIANTS.get(name, name) for name in cases}
    elsewhere = {"timm_wrapper"} if modality == "image" else set()
    assert set(FAMILIES[modality]) == tested | elsewhere
