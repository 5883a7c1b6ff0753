"""Blocks of samples: run apart they give the vectors of one pass, to the bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.features import FeatureCache, blocks, extract
from ptmrank_core.features.blocks import blocks_of, join_blocks, with_bytes
from ptmrank_core.features.preparing import CHUNK_SAMPLES
from ptmrank_core.records import BytesBlob, ExtractionOptions, Samples
from tests.checkpoints import save_checkpoint
from tests.pictures import picture_files, write_zip

OPTIONS = ExtractionOptions(dtype="float32", device="cpu", batch_size=24)


@pytest.fixture
def many(tmp_path: Path) -> Samples:
    """3 classes x 30 pictures."""
    return load_samples(write_zip(tmp_path / "many.zip", picture_files(30)))


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> int:
    """Blocks of 64 samples: no multiple of the batch, so that a batch would cross their ends."""
    monkeypatch.setattr(blocks, "BLOCK_SAMPLES", 64)
    monkeypatch.setattr("ptmrank_core.features.forward_pass.BLOCK_SAMPLES", 64)
    return 64


def test_blocks_hold_each_content_once(many: Samples, samples: Samples, small_blocks: int) -> None:
    """All samples and those of the other sets, the largest first, each digest once."""
    doubled = many.take(np.array([*range(many.n_samples), 0, 1, 2]))
    cut = blocks_of(doubled, {"reference": samples})
    digests = [digest for block in cut for digest in block.samples.digests]
    assert len(digests) == len(set(digests))
    assert set(digests) == {*many.digests, *samples.digests}
    sizes = [item.size for block in cut for item in block.samples.items]
    assert sizes == sorted(sizes, reverse=True)
    assert [block.samples.n_samples for block in cut[:-1]] == [small_blocks] * (len(cut) - 1)


def test_a_block_ends_with_what_is_prepared_together() -> None:
    """A window can close at the end of a block only if samples that are prepared at once end there."""
    assert blocks.BLOCK_SAMPLES % CHUNK_SAMPLES == 0


def test_a_block_is_known_by_its_content(many: Samples, small_blocks: int) -> None:
    """Its id depends on the samples alone, not on labels, names or the source."""
    first, second = blocks_of(many, {})[:2]
    other = blocks_of(replace(many, labels=many.labels[::-1].copy(), source="elsewhere"), {})[0]
    assert first.id == other.id
    assert first.id != second.id
    assert small_blocks


def test_blocks_carry_their_bytes(tmp_path: Path) -> None:
    """What lies in files is read before it leaves the machine: the files may be gone then."""
    folder = tmp_path / "folder"
    for name, data in picture_files(4).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (block,) = blocks_of(load_samples(folder), {})
    sent = with_bytes(block)
    for path in folder.rglob("*.*"):
        path.unlink()
    assert all(isinstance(item.blob, BytesBlob) for item in sent.samples.items)
    assert all(item.decode().size for item in sent.samples.items)
    assert sent.id == block.id


@pytest.mark.usefixtures("small_blocks")
def test_blocks_apart_have_the_vectors_of_one_pass(settings: Settings, many: Samples, tmp_path: Path) -> None:
    """Each block alone, or two together, in a cache of its own: bit for bit what one pass gives."""
    save_checkpoint(tmp_path / "models" / "convnext")
    (spec,) = local_models(tmp_path / "models")
    with FeatureCache(settings) as cache:
        whole = extract(many, spec, options=OPTIONS, cache=cache)
        by_digest = dict(zip(many.digests, whole.embeddings, strict=True))
    cut = blocks_of(many, {})
    assert len(cut) == 2
    for part in (cut[:1], cut[1:], cut):
        apart = join_blocks(part)
        with FeatureCache(Settings(home=tmp_path / f"{part[0].id}-{len(part)}")) as cache:
            features = extract(apart, spec, options=OPTIONS, cache=cache)
        expected = np.stack([by_digest[digest] for digest in apart.digests])
        np.testing.assert_array_equal(features.embeddings, expected)
