"""Every family of image models gives the vector that the table promises, whatever the batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoImageProcessor

from ptmrank_core.config import Settings
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.features.pooling import FAMILIES
from ptmrank_core.records import ExtractionOptions, Features, ModelSpec, Samples
from tests.features.vision_families import IMAGES, VARIANTS, Case, by_hand, save_family, spec_of

CPU = ExtractionOptions(device="cpu", batch_size=8)
CASES = [
    *[(name, False) for name, case in IMAGES.items() if case.model != "none" and name not in VARIANTS],
    *[(name, True) for name, case in IMAGES.items() if case.head_formula is not None],
]


@dataclass(frozen=True)
class Picture:
    """A sample that is in memory."""

    image: Image.Image
    size: int = 0

    def decode(self) -> Image.Image:
        """Return the picture."""
        return self.image


@cache
def pictures() -> tuple[Image.Image, ...]:
    """Nine RGB pictures of one size, smooth so that resizing keeps something of them."""
    rng = np.random.default_rng(0)
    grains = rng.integers(0, 256, (9, 6, 5, 3), dtype=np.uint8)
    return tuple(Image.fromarray(grain).resize((40, 48), Image.Resampling.BICUBIC) for grain in grains)


def samples_of(items: tuple[Any, ...], modality: str = "image") -> Samples:
    """Samples in memory."""
    digests = tuple(hashlib.sha256(str(id(item)).encode()).hexdigest() for item in items)
    return Samples(
        modality=modality,  # type: ignore[arg-type] # a literal in every call
        names=digests,
        items=items,
        labels=np.arange(len(items)) % 2,
        class_names=("a", "b"),
        digests=digests,
        skipped=(),
        source="memory",
    )


class Door:
    """The public door: extraction with an empty cache at every call."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._n_calls = 0

    def __call__(self, samples: Samples, spec: ModelSpec, **options: Any) -> Features:
        """Extract without what was extracted before."""
        self._n_calls += 1
        home = self._settings.home / f"run-{self._n_calls}"
        with FeatureCache(replace(self._settings, home=home)) as cache:
            return extract(samples, spec, options=replace(CPU, **options), cache=cache)


@pytest.fixture
def door(settings: Settings) -> Door:
    """Extraction that remembers nothing."""
    return Door(settings)


@pytest.fixture(scope="module")
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A saved model of the family that the test names."""
    name, head = request.param
    folder = save_family(tmp_path_factory.mktemp("family") / name, IMAGES[name], head=head)
    yield IMAGES[name], folder


def prepared(folder: Path) -> dict[str, torch.Tensor]:
    """What the family's own processor makes of the pictures, or our formula where it needs torchvision."""
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    return dict(processor(images=list(pictures()), return_tensors="pt"))


@pytest.mark.parametrize(
    "family", CASES, indirect=True, ids=lambda case: f"{case[0]}-{'head' if case[1] else 'bare'}"
)
def test_a_family_gives_its_documented_vector(family: tuple[Case, Path], door: Door) -> None:
    """Vectors and logits equal plain calls of transformers; no neighbour, batch size or second load moves them."""
    case, folder = family
    spec = spec_of(folder)
    samples = samples_of(tuple(Picture(image) for image in pictures()))
    features = door(samples, spec)
    expected, logits = by_hand(folder, case, prepared(folder), modality="image")
    scale = np.abs(expected).max()
    assert expected.std(axis=0).max() > 1e-3 * scale, "the pictures must differ under this model"
    np.testing.assert_allclose(features.embeddings, expected, rtol=1e-5, atol=1e-5 * scale)
    assert (features.source_logits is None) == (logits is None)
    if logits is not None:
        np.testing.assert_allclose(
            features.source_logits, logits, rtol=1e-5, atol=1e-5 * np.abs(logits).max()
        )
    alone = door(samples, spec, batch_size=1)
    np.testing.assert_allclose(alone.embeddings, features.embeddings, rtol=1e-5, atol=1e-5 * scale)
    others = samples_of(samples.items[3:][::-1])
    np.testing.assert_allclose(
        door(others, spec).embeddings, features.embeddings[3:][::-1], rtol=1e-5, atol=1e-5 * scale
    )
    np.testing.assert_array_equal(door(samples, spec).embeddings, features.embeddings)


@pytest.mark.parametrize(
    "family", CASES, indirect=True, ids=lambda case: f"{case[0]}-{'head' if case[1] else 'bare'}"
)
def test_a_family_runs_in_bfloat16(family: tuple[Case, Path], door: Door) -> None:
    """Half the bits give nearly the same direction."""
    _, folder = family
    samples = samples_of(tuple(Picture(image) for image in pictures()))
    whole = door(samples, spec_of(folder)).embeddings
    half = door(samples, spec_of(folder), dtype="bfloat16").embeddings
    lengths = np.linalg.norm(whole, axis=1) * np.linalg.norm(half, axis=1)
    assert np.isfinite(half).all()
    assert ((whole * half).sum(axis=1) / lengths).min() > 0.99


def test_every_row_of_the_table_has_a_test() -> None:
    """A family that is in the table and not in the tests would be a promise without proof."""
    tested = {VARIANTS.get(name, name) for name in IMAGES} | {"timm_wrapper", "mlcd"}
    assert set(FAMILIES["image"]) == tested
