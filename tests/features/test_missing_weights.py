"""Weights that a checkpoint lacks: those of pre-training may be absent, those that a vector needs may not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from ptmrank_core.config import Settings
from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.features.encoders import load_encoder, missing
from ptmrank_core.features.encoders.missing import is_of_pretraining
from ptmrank_core.records import ExtractionOptions, Features, ModelSpec
from tests.checkpoints import save_checkpoint
from tests.features import vision_families as vision
from tests.features.readings import samples_of, spec_of
from tests.features.test_language_models import TEXTS
from tests.features.test_sound_models import RECORDINGS
from tests.features.test_vision_families import pictures
from tests.language_checkpoints import save_language_model
from tests.sound_checkpoints import MODELS, save_sound_model

CPU = ExtractionOptions(device="cpu", dtype="float32", batch_size=4)
VALUES = {"text": TEXTS[:4], "audio": RECORDINGS[:3], "image": pictures()[:3]}


def drop(folder: Path, *parts: str) -> list[str]:
    """Remove the weights whose names contain one of these; return their names."""
    weights = load_file(folder / "model.safetensors")
    dropped = [name for name in weights if any(part in name for part in parts)]
    kept = {name: weight for name, weight in weights.items() if name not in dropped}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    return dropped


def features_of(spec: ModelSpec, settings: Settings, revision: str = "") -> Features:
    """Extract the features of a few samples."""
    with FeatureCache(settings) as cache:
        samples = samples_of(VALUES[spec.modality], spec.modality)
        return extract(samples, replace(spec, revision=f"{spec.path} {revision}"), options=CPU, cache=cache)


def check_unchanged(folder: Path, modality: Any, settings: Settings, *parts: str) -> None:
    """Check that vectors and logits are the same without some weights, and are there at all."""
    spec = spec_of(folder, modality)
    before = features_of(spec, settings, "whole")
    assert drop(folder, *parts)
    after = features_of(spec, settings, "without")
    np.testing.assert_array_equal(after.embeddings, before.embeddings)
    if before.source_logits is not None:
        np.testing.assert_array_equal(after.source_logits, before.source_logits)


MASKED = [
    (name, head)
    for name, (_, kind, _, _) in MODELS.items()
    for head in (False, True)
    if kind in {"waveform", "filterbank"} and not (head and name == "wav2vec2-adapter")
]


@pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")
@pytest.mark.parametrize(("name", "head"), MASKED)
def test_what_stands_for_masked_sound_may_be_absent(
    name: str, head: bool, tmp_path: Path, settings: Settings
) -> None:
    """Training replaces spans of sound by it; checkpoints that were trained without do not hold it."""
    folder = save_sound_model(tmp_path / name, name, head=head)
    check_unchanged(folder, "audio", settings, "masked_spec_embed")


@pytest.mark.parametrize(
    "family", ["dinov2", "dinov2_with_registers", "dinov3_vit", "beit", "data2vec-vision"]
)
def test_what_stands_for_masked_patches_may_be_absent(
    family: str, tmp_path: Path, settings: Settings
) -> None:
    """Training hides patches behind it."""
    case = vision.IMAGES[family]
    values = {**case.values, "use_mask_token": True}
    folder = vision.save_family(tmp_path / family, replace(case, values=values), head=False)
    check_unchanged(folder, "image", settings, "mask_token")


def test_the_mask_of_xlnet_may_be_absent(tmp_path: Path, settings: Settings) -> None:
    """Only its training on permuted words reads it."""
    folder = save_language_model(tmp_path / "xlnet", "xlnet")
    check_unchanged(folder, "text", settings, "mask_emb")


@pytest.mark.parametrize("family", ["resnet", "mobilenet_v2"])
def test_counters_of_training_may_be_absent(family: str, tmp_path: Path, settings: Settings) -> None:
    """Old checkpoints do not hold how many batches a normalisation saw; its statistics are needed."""
    folder = save_checkpoint(tmp_path / family, family)
    check_unchanged(folder, "image", settings, "num_batches_tracked")
    drop(folder, "running_mean")
    with pytest.raises(UnsupportedModelError, match=r"running_mean.*at random"):
        load_encoder(spec_of(folder, "image"), CPU)


@pytest.mark.parametrize("prefix", ["module.", "base_model.model.", "_orig_mod."])
def test_weights_under_other_names_are_named(prefix: str, tmp_path: Path) -> None:
    """What a wrapper put before the names shows in the message."""
    folder = save_language_model(tmp_path / "bert", "bert")
    weights = load_file(folder / "model.safetensors")
    renamed = {f"{prefix}{name}": weight for name, weight in weights.items()}
    save_file(renamed, folder / "model.safetensors", metadata={"format": "pt"})
    told = rf"at random\. It holds {len(renamed)} that the model has no place for \({prefix}embeddings"
    with pytest.raises(UnsupportedModelError, match=told) as caught:
        load_encoder(spec_of(folder, "text"), CPU)
    assert "save them under the names that the model expects" in caught.value.hint


def test_what_only_joins_two_towers_may_be_absent(tmp_path: Path, settings: Settings) -> None:
    """The projection of texts and the scale of their likeness play no part in a picture's vector."""
    folder = vision.save_family(tmp_path / "clip", vision.IMAGES["clip"], head=False)
    check_unchanged(folder, "image", settings, "logit_scale", "text_projection")


@pytest.mark.parametrize(
    ("modality", "family", "part"),
    [
        ("audio", "wav2vec2", "encoder.layers.1.attention"),
        ("audio", "hubert", "feature_projection"),
        ("audio", "wavlm", "pos_conv_embed"),
        ("text", "bert", "encoder.layer.1"),
        ("text", "gpt2", "wte"),
        ("text", "t5", "encoder.block.1"),
        ("image", "vit", "patch_embeddings"),
        ("image", "clip", "visual_projection"),
        ("image", "dinov2", "cls_token"),
    ],
)
def test_weights_that_a_vector_needs_may_not_be_absent(
    tmp_path: Path, modality: Any, family: str, part: str
) -> None:
    """The model is refused as it is loaded, with the names of what is missing."""
    folder = tmp_path / family
    if modality == "audio":
        save_sound_model(folder, family)
    elif modality == "text":
        save_language_model(folder, family)
    else:
        vision.save_family(folder, vision.IMAGES[family], head=False)
    dropped = drop(folder, part)
    with pytest.raises(UnsupportedModelError, match=rf"lacks {len(dropped)} weights \(.*at random"):
        load_encoder(spec_of(folder, modality), CPU)


@pytest.mark.parametrize("family", ["wav2vec2", "whisper", "ast"])
def test_a_head_may_not_be_absent(family: str, tmp_path: Path) -> None:
    """Logits of a head that was drawn at random would be nobody's."""
    folder = save_sound_model(tmp_path / family, family, head=True)
    assert drop(folder, "classifier.dense" if family == "ast" else "classifier")
    with pytest.raises(UnsupportedModelError, match="at random"):
        load_encoder(spec_of(folder, "audio"), CPU)


@pytest.mark.parametrize(
    ("family", "part"), [("bert", "token_type_embeddings"), ("roberta", "attention.output.dense.weight")]
)
def test_a_name_alone_does_not_clear_a_weight(
    family: str, part: str, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is taken for a weight of pre-training and yet is read is found by the first pass, and refused."""
    folder = save_language_model(tmp_path / family, family)
    dropped = drop(folder, part)
    monkeypatch.setattr(missing, "is_of_pretraining", lambda name: part in name)
    spec = spec_of(folder, "text")
    assert load_encoder(spec, CPU)
    with pytest.raises(UnsupportedModelError, match=f"lacks {len(dropped)} weights"):
        features_of(spec, settings)


def test_watching_ends_with_the_first_pass(tmp_path: Path) -> None:
    """Later batches run at full speed."""
    name = "wav2vec2"
    folder = save_sound_model(tmp_path / name, name)
    drop(folder, "masked_spec_embed")
    encoder: Any = load_encoder(spec_of(folder, "audio"), CPU)
    assert encoder.network in missing._at_random
    encoder.forward(encoder.collate(encoder.preparer(RECORDINGS[:1])))
    assert encoder.network not in missing._at_random


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("wav2vec2.masked_spec_embed", True),
        ("embeddings.mask_token", True),
        ("quantizer.codevectors", True),
        ("project_hid.weight", True),
        ("lm_head.weight", True),
        ("cls.predictions.bias", True),
        ("encoder.layer.0.attention.self.query.weight", False),
        ("classifier.weight", False),
        ("unmask.weight", False),
        ("encoder.layers.0.masking.weight", False),
    ],
)
def test_names_of_pretraining(name: str, expected: bool) -> None:
    """Whole parts of a name count, not letters within one."""
    assert is_of_pretraining(name) is expected


@pytest.mark.parametrize(("setting", "value"), [("hidden_size", 24), ("intermediate_size", 40)])
def test_weights_of_another_shape_are_named_with_both(tmp_path: Path, setting: str, value: int) -> None:
    """The message names weights, their shape in the file, and the one that the configuration asks for."""
    folder = save_language_model(tmp_path / "bert", "bert")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {setting: value}), encoding="utf-8")
    with pytest.raises(UnsupportedModelError) as caught:
        load_encoder(spec_of(folder, "text"), CPU)
    message = str(caught.value)
    assert "do not fit its config.json" in message
    assert f", expected [{value}]" in message
    assert "more." in message
    assert "from one and the same model" in message


def test_a_single_weight_of_another_shape_is_named(tmp_path: Path) -> None:
    """A table of words that somebody enlarged without saying so."""
    folder = save_language_model(tmp_path / "bert", "bert")
    weights = load_file(folder / "model.safetensors")
    name = next(name for name in weights if name.endswith("word_embeddings.weight"))
    weights[name] = torch.zeros(330, 16)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    told = r"word_embeddings\.weight is \[330, 16\], expected \[320, 16\]\."
    with pytest.raises(UnsupportedModelError, match=told):
        load_encoder(spec_of(folder, "text"), CPU)


def test_a_missing_package_is_named_without_timm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Timm is spoken of for models of timm alone."""
    folder = save_language_model(tmp_path / "bert", "bert")

    def fail(*_: Any, **__: Any) -> None:
        raise ImportError("This model needs natten: pip install natten")

    monkeypatch.setattr("transformers.AutoModel.from_pretrained", fail)
    with pytest.raises(UnsupportedModelError) as caught:
        load_encoder(spec_of(folder, "text"), CPU)
    assert "natten" in str(caught.value)
    assert "timm" not in str(caught.value)
