"""Every family of texts and recordings in float32 and in half precision, and what happens where one fails.

Those of pictures and videos are in ``test_vision_families.py``.
"""

from __future__ import annotations

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
from ptmrank_core.records import ExtractionOptions
from tests.features.readings import Door, check_formats, samples_of, spec_of
from tests.features.test_language_models import TEXTS
from tests.features.test_sound_models import RECORDINGS, WITHOUT_HEAD
from tests.language_checkpoints import FAMILIES, save_language_model
from tests.sound_checkpoints import MODELS, save_sound_model

THERE = set(dir(transformers))  # asking for a class itself would import its family


def text_heads(family: str) -> list[str | None]:
    """A head of a family where it has one, which stands on all of its body; else no head."""
    stem = FAMILIES[family][1]
    heads = [
        head for head in ("SequenceClassification", "TokenClassification") if f"{stem}For{head}" in THERE
    ]
    return [*heads[:1]] or [None]


TEXT_CASES = [
    # CANINE's tokenizer takes seconds to load.
    pytest.param(family, head, marks=pytest.mark.slow if family == "canine" else ())
    for family in FAMILIES
    for head in text_heads(family)
]
# Loaded without a head, or with one for words: one for each kind of tokenizer and of pooling.
TEXT_CASES += [
    *((family, None) for family in ("bert", "deberta-v2", "xlnet", "gpt2", "llama", "t5", "bart")),
    *((family, "TokenClassification") for family in ("bert", "xlnet", "gpt2", "t5")),
]
WITH_HEAD = set(MODELS) - WITHOUT_HEAD - {"wav2vec2-adapter"}
SOUND_CASES = [
    *((name, name in WITH_HEAD) for name in MODELS),
    ("wav2vec2", False),
    ("whisper", False),
    ("ast", False),
]


@pytest.mark.parametrize(("family", "head"), TEXT_CASES)
def test_texts(family: str, head: str | None, tmp_path: Path, door: Door) -> None:
    """A family of texts runs in the format that was asked for, or says that it ran in float32."""
    folder = save_language_model(tmp_path / family, family, head=head)
    check_formats(door, samples_of(TEXTS[:4], "text"), spec_of(folder, "text"))


@pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")
@pytest.mark.parametrize(("name", "head"), SOUND_CASES)
def test_recordings(name: str, head: bool, tmp_path: Path, door: Door) -> None:
    """A family of recordings does likewise."""
    folder = save_sound_model(tmp_path / name, name, head=head)
    check_formats(door, samples_of(RECORDINGS[:3], "audio"), spec_of(folder, "audio"))


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
