"""Checkpoints whose files do not belong together, or hold odd values: each says what was found."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file

from ptmrank_core.config import Settings
from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.features.encoders import load_encoder
from ptmrank_core.records import ExtractionOptions, Modality
from tests.checkpoints import save_checkpoint
from tests.features.readings import samples_of, spec_of
from tests.features.test_vision_families import pictures
from tests.language_checkpoints import save_language_model
from tests.sound_checkpoints import save_sound_model

CPU = ExtractionOptions(device="cpu", dtype="float32", batch_size=4)


def change(folder: Path, file: str, **values: Any) -> Path:
    """Set values in a file of JSON; ``None`` takes one out."""
    content = json.loads((folder / file).read_text(encoding="utf-8")) | values
    kept = {key: value for key, value in content.items() if value is not None}
    (folder / file).write_text(json.dumps(kept), encoding="utf-8")
    return folder


def refusal(folder: Path, modality: Modality) -> str:
    """The whole message with which a checkpoint is refused as it is loaded; it is one line, with a hint."""
    with pytest.raises(UnsupportedModelError) as caught:
        load_encoder(spec_of(folder, modality), CPU)
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"hidden_act": "gelu_magic"},
            "KeyError: there is no 'gelu_magic' (in __getitem__ of transformers/activations.py",
        ),
        ({"num_attention_heads": 3}, "not a multiple of the number of attention heads"),
        ({"pad_token_id": 9999}, "cannot be built from its config.json: Padding_idx must be within"),
        ({"hidden_size": -16}, "negative dimension"),
        ({"hidden_size": "16"}, "Field 'hidden_size' expected int, got str"),
        ({"vocab_size": [320]}, "Field 'vocab_size' expected int, got list"),
        ({"model_type": "bertissimo"}, "model type `bertissimo`"),
    ],
)
def test_a_config_that_no_model_can_be_built_from_is_told(
    tmp_path: Path, values: dict[str, Any], words: str
) -> None:
    """What transformers says of it stands in the reason, with what to do."""
    folder = change(save_language_model(tmp_path / "bert", "bert"), "config.json", **values)
    assert words in refusal(folder, "text")


@pytest.mark.parametrize("key", ["attn_implementation", "_attn_implementation"])
def test_kernels_of_the_machine_that_trained_are_not_asked_for(tmp_path: Path, key: str) -> None:
    """A config may name attention kernels that are not installed here; others compute the same."""
    folder = change(
        save_language_model(tmp_path / "bert", "bert"), "config.json", **{key: "flash_attention_2"}
    )
    assert load_encoder(spec_of(folder, "text"), CPU)


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("tokenizer.json", "{}", "could not be read: KeyError: there is no 'added_tokens' (in "),
        (
            "tokenizer.json",
            '{"version": ',
            "tokenizer.json of 'bert' could not be read: it is not JSON",
        ),
        pytest.param("tokenizer.json", "[" * 10**5, "it is nested more than 200 levels deep", id="deep"),
        ("special_tokens_map.json", "[]", "special_tokens_map.json of 'bert' could not be read: it holds no"),
        ("added_tokens.json", "5", "added_tokens.json of 'bert' could not be read: it holds no JSON object"),
        ("tokenizer_config.json", '{"model_input_names": ["foo"]}', "['foo']; expected input_ids among"),
        ("tokenizer_config.json", '{"model_input_names": []}', "model_input_names []; expected input_ids"),
        ("tokenizer.json", None, "has no tokenizer (looked for"),
        ("tokenizer_config.json", '{"tokenizer_class": 3}', "could not be read: AttributeError"),
    ],
)
def test_a_tokenizer_that_cannot_be_read_is_told(
    tmp_path: Path, file: str, content: str | None, words: str
) -> None:
    """Whatever of it is damaged or missing."""
    folder = save_language_model(tmp_path / "bert", "bert")
    (folder / file).unlink(missing_ok=True)
    if content is not None:
        (folder / file).write_text(content, encoding="utf-8")
    assert words in refusal(folder, "text")


@pytest.mark.parametrize("length", [0, -1, "many", 1e30])
def test_a_longest_text_that_is_no_length_is_not_taken(tmp_path: Path, length: Any) -> None:
    """The positions of the model decide then."""
    folder = change(
        save_language_model(tmp_path / "bert", "bert"), "tokenizer_config.json", model_max_length=length
    )
    encoder: Any = load_encoder(spec_of(folder, "text"), CPU)
    (prepared,) = encoder.preparer(["the cat sat " * 40])
    assert prepared.length == 48


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"image_std": [0, 0, 0]}, "image_std (0, 0, 0)"),
        ({"resample": 99}, "99 is not in range"),
        ({"size": {"height": 0, "width": 32}}, "a size is 0 pixels"),
        ({"sampling_rate": 16000}, "is that of recordings (ViTImageProcessor)"),
        (
            {"image_processor_type": "XProcessor", "auto_map": {"AutoImageProcessor": "x.X"}},
            "(XProcessor) needs the checkpoint's own code",
        ),
    ],
)
def test_preprocessing_of_pictures_that_cannot_be_is_told(
    tmp_path: Path, values: dict[str, Any], words: str
) -> None:
    """As it is loaded, with the value."""
    folder = change(save_checkpoint(tmp_path / "vit", "vit"), "preprocessor_config.json", **values)
    assert words in refusal(folder, "image")


@pytest.mark.parametrize("rate", [0, "16k"])
def test_a_sampling_rate_that_is_none_is_told(tmp_path: Path, rate: Any) -> None:
    """A number of samples in a second is needed."""
    folder = change(
        save_sound_model(tmp_path / "w", "wav2vec2"), "preprocessor_config.json", sampling_rate=rate
    )
    assert f"has the sampling rate {rate!r}; expected a number" in refusal(folder, "audio")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ({"height": 64, "width": 64}, "fails on its prepared samples: Input image size (64*64)"),
        ({"longest_edge": 32}, "The preprocessing of the model fails: Size must contain"),
    ],
)
def test_preprocessing_of_another_model_is_told_by_what_fails(
    tmp_path: Path, settings: Settings, size: dict[str, int], words: str
) -> None:
    """It shows on the first samples, and is no unexpected error."""
    folder = change(save_checkpoint(tmp_path / "vit", "vit"), "preprocessor_config.json", size=size)
    samples = samples_of(pictures()[:3], "image")
    with FeatureCache(settings) as cache, pytest.raises(UnsupportedModelError) as caught:
        extract(samples, spec_of(folder, "image"), options=CPU, cache=cache)
    assert words in caught.value.message
    assert "copy all files from one and the same" in caught.value.hint


def test_a_model_without_layers_has_a_note(tmp_path: Path) -> None:
    """Its features are not those of a network, which no score would show."""
    folder = change(save_language_model(tmp_path / "bert", "bert"), "config.json", num_hidden_layers=0)
    (note,) = load_encoder(spec_of(folder, "text"), CPU).notes
    assert note == (
        "The model has no hidden layers (num_hidden_layers is 0 in config.json): its features are those of "
        "its embeddings alone."
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"intermediate_size": 10**8}, "asks for a network of "),
        ({"vocab_size": 10**7}, "asks for a network of 160,0"),
    ],
)
def test_a_network_far_larger_than_its_weights_is_not_built(
    tmp_path: Path, values: dict[str, Any], words: str
) -> None:
    """It is laid out without memory first; what its tensors would hold is compared with those of the file."""
    folder = save_language_model(tmp_path / "bert", "bert")
    n_parameters = sum(own.size for own in load_file(folder / "model.safetensors").values())
    spec = replace(spec_of(folder, "text"), n_parameters=n_parameters)
    assert load_encoder(spec, CPU)
    change(folder, "config.json", **values)
    with pytest.raises(UnsupportedModelError, match=words):
        load_encoder(spec, CPU)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"size": {"height": 10**7, "width": 10**7}}, "a size is 10000000 pixels; expected 1 to 8192"),
        ({"size": {"height": float("nan"), "width": 32}}, "a size is nan pixels"),
        ({"size": {"height": float("inf"), "width": 32}}, "a size is inf pixels"),
        ({"image_std": [float("nan")] * 3}, "image_std (nan, nan, nan)"),
        ({"image_std": [0, 0, 0]}, "image_std (0, 0, 0)"),
        ({"do_center_crop": True, "crop_size": 10**6}, "a size is 1000000 pixels"),
        ({"image_mean": [0.5, 0.5]}, "cannot be followed"),
    ],
)
def test_preprocessing_that_no_picture_survives_is_told(
    tmp_path: Path, settings: dict[str, Any], words: str
) -> None:
    """The setting and its value; nothing is resized for it."""
    folder = change(save_checkpoint(tmp_path / "vit", "vit"), "preprocessor_config.json", **settings)
    assert words in refusal(folder, "image")


REGEX = "(([a-z])+.)+[A-Z]([a-z])+$"
TOKENIZERS: dict[str, dict[str, Any]] = {
    "normalizer": {"normalizer": {"type": "Replace", "pattern": {"Regex": REGEX}, "content": "x"}},
    "pre-tokenizer": {
        "pre_tokenizer": {
            "type": "Split",
            "pattern": {"Regex": f"^{REGEX}"},
            "behavior": "Isolated",
            "invert": False,
        }
    },
}


@pytest.mark.parametrize("part", TOKENIZERS)
def test_a_tokenizer_that_panics_fails_its_model(tmp_path: Path, settings: Settings, part: str) -> None:
    """Its panic is no exception of the usual kind, and raised in a thread; the reason is what it says."""
    folder = save_language_model(tmp_path / "bert", "bert")
    change(folder, "tokenizer.json", **TOKENIZERS[part])
    texts = samples_of(["ThisIsAReallyLongWord" + "a" * 40 + "!", "a cat"], "text")
    with FeatureCache(settings) as cache, pytest.raises(UnsupportedModelError) as caught:
        extract(texts, spec_of(folder, "text"), options=CPU, cache=cache)
    assert "PanicException" in caught.value.message
    assert "retry-limit-in-match" in caught.value.message
    assert caught.value.hint
