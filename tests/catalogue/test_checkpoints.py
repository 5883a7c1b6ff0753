"""What a checkpoint's files tell: what it reads, its head, what it is a candidate for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from ptmrank_core.catalogue.checkpoint_files import content_revision, is_needed
from ptmrank_core.catalogue.checkpoints import checkpoint_facts
from ptmrank_core.errors import UnsupportedModelError


def save(folder: Path, config: dict[str, Any], *beside: str) -> Path:
    """A folder with a config, one weight, and empty files beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    save_file({"weight": np.zeros((2, 3), dtype=np.float32)}, folder / "model.safetensors")
    for name in beside:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


PICTURES, WORDS = "preprocessor_config.json", "tokenizer.json"


@pytest.mark.parametrize(
    ("config", "beside", "modality"),
    [
        ({"model_type": "vit", "architectures": ["ViTModel"]}, PICTURES, "image"),
        ({"model_type": "strange", "architectures": ["StrangeForImageClassification"]}, PICTURES, "image"),
        ({"model_type": "bert", "architectures": ["BertForMaskedLM"]}, WORDS, "text"),
        ({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}, WORDS, "text"),
        ({"model_type": "wav2vec2", "architectures": ["Wav2Vec2ForCTC"]}, PICTURES, "audio"),
        (
            {"model_type": "wav2vec2", "architectures": ["Wav2Vec2ForSequenceClassification"]},
            PICTURES,
            "audio",
        ),
        ({"model_type": "whisper", "architectures": ["WhisperForConditionalGeneration"]}, PICTURES, "audio"),
        ({"model_type": "videomae", "architectures": ["VideoMAEModel"]}, PICTURES, "video"),
        ({"model_type": "clip", "architectures": ["CLIPModel"]}, PICTURES, "image"),
        ({"architecture": "resnet18", "num_classes": 10}, WORDS, "image"),
    ],
)
def test_what_a_checkpoint_reads_is_told_from_its_config(
    tmp_path: Path, config: dict[str, Any], beside: str, modality: str
) -> None:
    """The class that saved it, its family, and the files beside it say what goes in."""
    assert checkpoint_facts(save(tmp_path / "model", config, beside))["modality"] == modality


def test_two_towers_follow_the_task(tmp_path: Path) -> None:
    """CLIP reads pictures unless the task reads text; it never reads sound."""
    folder = save(tmp_path / "model", {"model_type": "clip"}, PICTURES, WORDS)
    assert checkpoint_facts(folder, wanted="text")["modality"] == "text"
    assert checkpoint_facts(folder, wanted="audio")["modality"] == "image"


def test_a_head_counts_where_it_answers_the_same_kind_of_question(tmp_path: Path) -> None:
    """A head that labels words serves token classification alone, and the other way round."""
    labels = {str(i): f"label {i}" for i in range(5)}
    for ending, words, texts in (("Token", 5, None), ("Sequence", None, 5)):
        config = {
            "model_type": "bert",
            "architectures": [f"BertFor{ending}Classification"],
            "id2label": labels,
        }
        folder = save(tmp_path / ending, config, WORDS)
        assert checkpoint_facts(folder, tasks=("token-classification",))["n_source_classes"] == words
        assert checkpoint_facts(folder, tasks=("text-classification",))["n_source_classes"] == texts


def test_a_regression_head_has_no_source_classes(tmp_path: Path) -> None:
    """One output is a number, not a class."""
    config = {
        "model_type": "bert",
        "architectures": ["BertForSequenceClassification"],
        "id2label": {"0": "score"},
    }
    assert checkpoint_facts(save(tmp_path / "model", config, WORDS))["n_source_classes"] is None


def test_tasks_follow_what_saved_it(tmp_path: Path) -> None:
    """Beside what every model of its modality can be, a checkpoint is what it was trained for."""
    masked = {"model_type": "bert", "architectures": ["BertForMaskedLM"]}
    facts = checkpoint_facts(save(tmp_path / "model", masked, WORDS, "modules.json"))
    assert facts["tasks"] == (
        "text-classification",
        "token-classification",
        "feature-extraction",
        "fill-mask",
        "sentence-similarity",
    )


@pytest.mark.parametrize(
    ("family", "beside", "message"),
    [
        ("vit", WORDS, "has no preprocessor_config.json, so"),
        ("bert", "x.md", "has no preprocessor_config.json and no tokenizer, so"),
    ],
)
def test_a_model_that_does_not_say_how_it_reads_is_refused(
    tmp_path: Path, family: str, beside: str, message: str
) -> None:
    """Without its processor or tokenizer a checkpoint cannot be run; the error says what to save."""
    folder = save(tmp_path / "model", {"model_type": family}, beside)
    with pytest.raises(UnsupportedModelError, match=message):
        checkpoint_facts(folder)


def test_the_tokenizer_and_the_pooling_are_part_of_the_revision(tmp_path: Path) -> None:
    """Another tokenizer, or another pooling of sentence-transformers, gives other features."""
    config = {"model_type": "bert", "architectures": ["BertModel"]}
    folder = save(tmp_path / "model", config, WORDS, "modules.json", "1_Pooling/config.json")
    before = content_revision(folder)
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}', encoding="utf-8")
    after = content_revision(folder)
    assert after != before
    (folder / WORDS).write_text('{"x": 1}', encoding="utf-8")
    assert content_revision(folder) not in {before, after}


def test_what_is_fetched_of_a_repository() -> None:
    """Configs, tokenizers and pooling are; cards, pictures and other frameworks' weights are not."""
    assert all(map(is_needed, ("config.json", "vocab.txt", "spiece.model", "1_Pooling/config.json")))
    assert not any(
        map(is_needed, ("README.md", "pytorch_model.bin", "onnx/config.json", "flax_model.msgpack"))
    )
