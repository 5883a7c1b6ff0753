"""Every family of the tests, with and without a head, in float32 and in half precision."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from ptmrank_core.config import Settings
from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features import FeatureCache, extract, extract_cached, load_cached
from ptmrank_core.features.pooling import FAMILIES as ROWS
from ptmrank_core.records import ExtractionOptions, Features, ModelSpec, Samples
from tests.features import vision_families as vision
from tests.features.readings import samples_of, spec_of
from tests.features.test_language_models import TEXTS
from tests.features.test_sound_models import RECORDINGS, WITHOUT_HEAD
from tests.features.test_vision_families import CASES, clips, pictures
from tests.language_checkpoints import FAMILIES, save_language_model
from tests.sound_checkpoints import MODELS, save_sound_model

HALVES = ("bfloat16", "float16")
HEADS = (None, "SequenceClassification", "TokenClassification")
# Families that lack a class for a kind of head.
LACKING = {
    (family, head)
    for family, (_, stem, _) in FAMILIES.items()
    for head in HEADS[1:]
    if not hasattr(transformers, f"{stem}For{head}")
}
TEXT_CASES = [
    # CANINE's tokenizer takes seconds to load.
    pytest.param(family, head, marks=pytest.mark.slow if family == "canine" else ())
    for family in FAMILIES
    for head in HEADS
    if (family, head) not in LACKING
]
SOUND_CASES = [
    (name, head)
    for name in MODELS
    for head in (False, True)
    if not (head and name in WITHOUT_HEAD | {"wav2vec2-adapter"})
]
Extractor = Callable[..., Features]


@pytest.fixture
def run(tmp_path: Path, settings: Settings) -> Extractor:
    """Extract in a number format, with a cache of its own."""
    numbers = itertools.count()

    def extract_fresh(samples: Samples, spec: ModelSpec, dtype: str) -> Features:
        home = replace(settings, home=tmp_path / f"home{next(numbers)}")
        with FeatureCache(home) as cache:
            options = ExtractionOptions(device="cpu", dtype=dtype, batch_size=8)
            return extract(samples, spec, options=options, cache=cache)

    return extract_fresh


def check(run: Extractor, samples: Samples, spec: ModelSpec) -> None:
    """Check that each format gives nearly the same vectors, or float32 with a note in its place."""
    full = run(samples, spec, "float32")
    assert full.report.dtype == "float32"
    assert not any("Ran in float32" in note for note in full.report.notes)
    assert (full.source_logits is not None) == (spec.n_source_classes is not None and _answers(spec))
    for dtype in HALVES:
        half = run(samples, spec, dtype)
        assert half.embeddings.dtype == np.float32
        told = [note for note in half.report.notes if note.startswith("Ran in float32")]
        if half.report.dtype == dtype:
            assert not told
            assert _cosine(full.embeddings, half.embeddings) > 0.98
        else:
            assert len(told) == 1
            np.testing.assert_array_equal(half.embeddings, full.embeddings)


def _answers(spec: ModelSpec) -> bool:
    """Whether a head answers for whole samples: one for words has no logits of texts."""
    return not (spec.architecture or "").endswith("TokenClassification")


def _cosine(first: Any, second: Any) -> float:
    scale = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return float(((first * second).sum(1) / scale).min())


@pytest.mark.parametrize(("family", "head"), TEXT_CASES)
def test_texts(family: str, head: str | None, tmp_path: Path, run: Extractor) -> None:
    """A family of texts runs in the format that was asked for, or says that it ran in float32."""
    folder = save_language_model(tmp_path / family, family, head=head)
    check(run, samples_of(TEXTS[:4], "text"), spec_of(folder, "text"))


@pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")
@pytest.mark.parametrize(("name", "head"), SOUND_CASES)
def test_recordings(name: str, head: bool, tmp_path: Path, run: Extractor) -> None:
    """A family of recordings does likewise."""
    folder = save_sound_model(tmp_path / name, name, head=head)
    check(run, samples_of(RECORDINGS[:3], "audio"), spec_of(folder, "audio"))


@pytest.mark.parametrize(("modality", "name", "head"), CASES)
def test_pictures_and_videos(modality: Any, name: str, head: bool, tmp_path: Path, run: Extractor) -> None:
    """A family of pictures or videos does likewise."""
    case = (vision.IMAGES if modality == "image" else vision.VIDEOS)[name]
    folder = vision.save_family(tmp_path / name, case, head=head, modality=modality)
    values = pictures()[:3] if modality == "image" else clips()[:2]
    check(run, samples_of(values, modality), vision.spec_of(folder, modality=modality))


def test_the_table_names_the_families_that_fail() -> None:
    """Those that fail on a processor run in float32 from the start."""
    failing = {family for rows in ROWS.values() for family, row in rows.items() if not row.in_half}
    assert failing == {"deberta", "fnet", "xlnet"}


def test_a_family_of_the_table_says_why(tmp_path: Path, settings: Settings) -> None:
    """The note names the family, also where all features come from the cache, and torch is asked nothing."""
    spec = spec_of(save_language_model(tmp_path / "fnet", "fnet"), "text")
    samples = samples_of(TEXTS, "text")
    told = "Ran in float32: models of the family 'fnet' fail in half precision."
    with FeatureCache(settings) as cache:
        options = ExtractionOptions(device="cpu", dtype="bfloat16")
        assert told in extract(samples, spec, options=options, cache=cache).report.notes
        again = extract_cached(samples, spec, options=options, cache=cache)
        assert again is not None
        assert (again.report.dtype, again.report.cache_misses) == ("float32", 0)
        assert told in again.report.notes


def needs_float32(hidden: torch.Tensor, *, overflows: bool) -> torch.Tensor:
    """Return hidden states in float32; others overflow, or have no kernel."""
    if hidden.dtype == torch.float32:
        return hidden
    if overflows:
        return hidden * torch.inf
    raise RuntimeError("no kernel for this format\nand a second line")


@pytest.mark.parametrize(
    ("overflows", "reason"),
    [(False, "no kernel for this format"), (True, "The model's output holds NaN or infinity for ")],
)
def test_another_family_is_tried_once_more_in_float32(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, overflows: bool, reason: str
) -> None:
    """What fails or overflows in half precision runs in float32, with a note; the failure is remembered."""
    folder = save_language_model(tmp_path / "bert", "bert")
    spec, samples = spec_of(folder, "text"), samples_of(TEXTS, "text")
    made = transformers.BertModel.__init__

    def make(model: Any, *args: Any, **kwargs: Any) -> None:
        made(model, *args, **kwargs)
        norm = model.encoder.layer[1].output.LayerNorm
        norm.register_forward_hook(lambda _m, _i, hidden: needs_float32(hidden, overflows=overflows))

    monkeypatch.setattr(transformers.BertModel, "__init__", make)
    half = ExtractionOptions(device="cpu", dtype="bfloat16")
    with FeatureCache(settings) as cache:
        features = extract(samples, spec, options=half, cache=cache)
        assert features.report.dtype == "float32"
        (note,) = features.report.notes
        assert note.startswith(f"Ran in float32, since it failed in bfloat16: {reason}")
        full = load_cached(samples, spec, options=replace(half, dtype="float32"), cache=cache)
        assert full is not None
        np.testing.assert_array_equal(features.embeddings, full.embeddings)
        assert full.report.notes == ()
        again = extract_cached(samples, spec, options=half, cache=cache)
        assert again is not None
        assert again.report.notes == (note,)


def test_what_fails_in_float32_too_is_told_as_it_fails_there(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second failure is the model's own: no half precision is blamed."""
    spec = spec_of(save_language_model(tmp_path / "bert", "bert"), "text")

    made = transformers.BertModel.__init__

    def fail(*_: Any) -> None:
        raise RuntimeError("broken in every format")

    def make(model: Any, *args: Any, **kwargs: Any) -> None:
        made(model, *args, **kwargs)
        model.register_forward_hook(fail)

    monkeypatch.setattr(transformers.BertModel, "__init__", make)
    said = r"^'bert' fails on its prepared samples: broken in every format\. Its weights"
    with FeatureCache(settings) as cache, pytest.raises(UnsupportedModelError, match=said):
        extract(
            samples_of(TEXTS, "text"),
            spec,
            options=ExtractionOptions(device="cpu", dtype="bfloat16"),
            cache=cache,
        )


def test_an_overflow_in_float32_is_refused(tmp_path: Path, settings: Settings) -> None:
    """Vectors that are not finite never reach a score, whatever the format."""
    folder = save_language_model(tmp_path / "bert", "bert")
    model = transformers.BertModel.from_pretrained(folder)
    with torch.no_grad():
        model.embeddings.LayerNorm.weight.fill_(float("nan"))
    model.save_pretrained(folder)
    options = ExtractionOptions(device="cpu", dtype="bfloat16")
    with FeatureCache(settings) as cache, pytest.raises(UnsupportedModelError, match="NaN or infinity"):
        extract(samples_of(TEXTS, "text"), spec_of(folder, "text"), options=options, cache=cache)
