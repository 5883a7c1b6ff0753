"""Every family of image and video models gives the vector that the table promises, whatever the batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoImageProcessor, VivitImageProcessor
from transformers.models.videomae.image_processing_pil_videomae import VideoMAEImageProcessorPil

from ptmrank_core.config import Settings
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.features.pooling import FAMILIES
from ptmrank_core.records import ExtractionOptions, Features, Modality, ModelSpec, Samples
from tests.features.vision_families import IMAGES, VARIANTS, VIDEOS, Case, by_hand, save_family, spec_of

CPU = ExtractionOptions(device="cpu", batch_size=8, dtype="float32")
CASES = [
    (modality, name, head)
    for modality, cases in (("image", IMAGES), ("video", VIDEOS))
    for name, case in cases.items()
    for head in (False, True)
    if (case.head_formula is not None if head else case.model != "none" and name != "deit-distilled")
]
each_family = pytest.mark.parametrize(
    "family", CASES, indirect=True, ids=[f"{name}-{'head' if head else 'bare'}" for _, name, head in CASES]
)


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


class Door:
    """The public door, with nothing remembered from the call before."""

    def __init__(self, cache: FeatureCache) -> None:
        self._cache = cache
        self._n_calls = 0

    def __call__(self, samples: Samples, spec: ModelSpec, **options: Any) -> Features:
        """Extract what this revision has never given."""
        self._n_calls += 1
        fresh = replace(spec, revision=f"{spec.revision}-{self._n_calls}")
        features = extract(samples, fresh, options=replace(CPU, **options), cache=self._cache)
        assert features.report.cache_hits == 0
        return features


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Extraction that remembers nothing."""
    with FeatureCache(Settings(home=tmp_path_factory.mktemp("home"))) as cache:
        yield Door(cache)


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


@each_family
def test_a_family_gives_its_documented_vector(family: Saved, door: Door) -> None:
    """Vectors and logits equal plain calls; no neighbour, batch size or second load moves them."""
    samples = samples_of(family.contents, family.modality)
    features = door(samples, family.spec)
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
    near = {"rtol": 1e-5, "atol": 1e-5 * scale}
    np.testing.assert_allclose(
        door(samples, family.spec, batch_size=1).embeddings, features.embeddings, **near
    )
    others = samples_of(family.contents[:2:-1], family.modality)
    np.testing.assert_allclose(door(others, family.spec).embeddings, features.embeddings[:2:-1], **near)
    np.testing.assert_array_equal(door(samples, family.spec).embeddings, features.embeddings)


@each_family
def test_a_family_runs_in_bfloat16(family: Saved, door: Door) -> None:
    """Half the bits give nearly the same direction."""
    samples = samples_of(family.contents, family.modality)
    whole = door(samples, family.spec).embeddings
    half = door(samples, family.spec, dtype="bfloat16").embeddings
    lengths = np.linalg.norm(whole, axis=1) * np.linalg.norm(half, axis=1)
    assert np.isfinite(half).all()
    assert ((whole * half).sum(axis=1) / lengths).min() > 0.99


@pytest.mark.parametrize(("modality", "cases"), [("image", IMAGES), ("video", VIDEOS)])
def test_every_row_of_the_table_has_a_test(modality: Modality, cases: dict[str, Case]) -> None:
    """A family that is in the table and not in the tests would be a promise without proof."""
    tested = {VARIANTS.get(name, name) for name in cases}
    elsewhere = {"timm_wrapper"} if modality == "image" else set()
    assert set(FAMILIES[modality]) == tested | elsewhere
