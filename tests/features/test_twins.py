"""Untrained twins: the architecture without what it has learned."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.features.twins import untrained_twin
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples
from tests.checkpoints import save_checkpoint

OPTIONS = ExtractionOptions(device="cpu", dtype="float32")


@pytest.fixture
def spec(tmp_path: Path) -> ModelSpec:
    """A checkpoint with a head."""
    (found,) = local_models(save_checkpoint(tmp_path / "m" / "vit", "vit").parent)
    return found


@pytest.mark.parametrize("family", ["convnext", "vit", "resnet"])
def test_a_twin_has_the_shape_and_other_weights(
    tmp_path: Path, settings: Settings, samples: Samples, family: str
) -> None:
    """Same width, no head, other vectors; the same seed gives the same twin, another one another."""
    (spec,) = local_models(save_checkpoint(tmp_path / "m" / family, family).parent)
    cache = FeatureCache(settings)
    own = extract(samples, spec, options=OPTIONS, cache=cache)
    state = torch.random.get_rng_state()
    found = []
    for seed in (1, 1, 2):
        other = FeatureCache(Settings(home=tmp_path / f"home-{len(found)}"))
        with untrained_twin(spec, seed=seed, sets=[samples], options=OPTIONS, cache=other) as twin:
            found.append(extract(samples, twin, options=OPTIONS, cache=other).embeddings)
        other.close()
    cache.close()
    assert torch.equal(state, torch.random.get_rng_state())
    assert found[0].shape == own.embeddings.shape
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.allclose(found[0], found[2])
    assert not np.allclose(found[0], own.embeddings)


def test_a_cached_twin_is_not_built_again(settings: Settings, samples: Samples, spec: ModelSpec) -> None:
    """Its features are kept under a revision of its own; with them there it needs no folder and no torch."""
    cache = FeatureCache(settings)
    with untrained_twin(spec, seed=1, sets=[samples], options=OPTIONS, cache=cache) as twin:
        folder = Path(twin.path or "")
        assert folder.is_dir()
        extract(samples, twin, options=OPTIONS, cache=cache)
    assert not folder.exists()
    with untrained_twin(spec, seed=1, sets=[samples], options=OPTIONS, cache=cache) as again:
        assert again.path is None
        assert again.revision == twin.revision != spec.revision
    cache.close()


def test_what_is_no_checkpoint_has_no_twin(settings: Settings, samples: Samples, spec: ModelSpec) -> None:
    """Features of a file, or columns, have no weights to be random."""
    cache = FeatureCache(settings)
    ready = replace(spec, source="features")
    with (
        pytest.raises(UnsupportedModelError, match="no untrained twin"),
        untrained_twin(ready, seed=1, sets=[samples], options=OPTIONS, cache=cache),
    ):
        pass
    cache.close()


def test_the_import_is_light() -> None:
    """Twins and plain features load torch only when something has to be built."""
    code = (
        "import sys, ptmrank_core.features.twins, ptmrank_core.features.baselines; "
        "assert not {'torch', 'transformers', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
