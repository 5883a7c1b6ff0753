"""Repositories of sentence-transformers pool as they say themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from transformers import AutoModel, AutoTokenizer

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.encoders import load_encoder
from ptmrank_core.features.encoders.sentences import read_sentence_recipe
from ptmrank_core.records import ExtractionOptions
from tests.features.readings import spec_of
from tests.language_checkpoints import save_language_model

TEXTS = ("the cat sat on the mat", "dog", "unbelievable house rises")
SWITCHES = {
    "cls": "pooling_mode_cls_token",
    "max": "pooling_mode_max_tokens",
    "mean": "pooling_mode_mean_tokens",
    "mean_sqrt_len_tokens": "pooling_mode_mean_sqrt_len_tokens",
    "weightedmean": "pooling_mode_weightedmean_tokens",
    "lasttoken": "pooling_mode_lasttoken",
}


def write_json(path: Path, content: Any) -> None:
    """Write a file of JSON, and its folder."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def save_sentence_encoder(
    folder: Path, pooling: dict[str, Any], *auxiliary: str, settings: dict[str, Any] | None = None
) -> Path:
    """Save a BERT as sentence-transformers does: modules.json and a folder for each module."""
    save_language_model(folder, "bert")
    kinds = ("Transformer", "Pooling", *auxiliary)
    modules = [
        {
            "idx": i,
            "name": str(i),
            "path": f"{i}_{kind}" if i else "",
            "type": f"sentence_transformers.models.{kind}",
        }
        for i, kind in enumerate(kinds)
    ]
    write_json(folder / "modules.json", modules)
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 40, **(settings or {})})
    write_json(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 16, **pooling})
    return folder


def save_dense(folder: Path, *, bias: bool = True) -> tuple[torch.Tensor, torch.Tensor]:
    """Save a dense layer of 16 to 5 numbers; return its weight and bias."""
    torch.manual_seed(1)
    weight, offset = torch.randn(5, 16), torch.randn(5) if bias else torch.zeros(5)
    config = {"in_features": 16, "out_features": 5, "bias": bias}
    write_json(folder / "config.json", {**config, "activation_function": "torch.nn.modules.activation.Tanh"})
    state = {"linear.weight": weight, "linear.bias": offset} if bias else {"linear.weight": weight}
    save_file(state, folder / "model.safetensors")
    return weight, offset


def vectors(folder: Path, texts: tuple[str, ...] = TEXTS) -> torch.Tensor:
    """Vectors of texts that go through in one batch."""
    encoder: Any = load_encoder(spec_of(folder, "text"), ExtractionOptions(device="cpu", dtype="float32"))
    made = encoder.forward(encoder.collate(encoder.preparer(list(texts))))
    return torch.from_numpy(np.stack([v.embedding for v in made]))


def hidden_states(folder: Path, text: str) -> torch.Tensor:
    """Hidden states of one text, alone."""
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.inference_mode():
        states: torch.Tensor = model(**AutoTokenizer.from_pretrained(folder)(text, return_tensors="pt"))[0][0]
    return states


def pool_by_hand(hidden: torch.Tensor, mode: str) -> torch.Tensor:
    """Pool hidden states of shape (tokens, width) as the mode's name says."""
    if mode == "weightedmean":
        weights = torch.arange(1.0, len(hidden) + 1)
        return weights @ hidden / weights.sum()
    if mode == "mean_sqrt_len_tokens":
        return hidden.sum(0) / len(hidden) ** 0.5
    return {"cls": hidden[0], "max": hidden.amax(0), "mean": hidden.mean(0), "lasttoken": hidden[-1]}[mode]


@pytest.mark.parametrize("mode", SWITCHES)
@pytest.mark.parametrize("is_new", [False, True])
def test_the_repository_s_own_pooling_is_taken(mode: str, is_new: bool, tmp_path: Path) -> None:
    """Each mode is read from its old switch and from its new name."""
    pooling = (
        {"pooling_mode": mode}
        if is_new
        else {switch: switch == SWITCHES[mode] for switch in SWITCHES.values()}
    )
    folder = save_sentence_encoder(tmp_path / "model", pooling)
    by_hand = torch.stack([pool_by_hand(hidden_states(folder, text), mode) for text in TEXTS])
    torch.testing.assert_close(vectors(folder), by_hand, atol=1e-5, rtol=1e-5)


def test_several_modes_stand_side_by_side_and_are_scaled(tmp_path: Path) -> None:
    """CLS and mean are put side by side, and a normalising module makes vectors of length 1."""
    pooling = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}
    folder = save_sentence_encoder(tmp_path / "model", pooling, "Normalize")
    hidden = [hidden_states(folder, text) for text in TEXTS]
    by_hand = torch.stack([torch.cat([h[0], h.mean(0)]) for h in hidden])
    torch.testing.assert_close(
        vectors(folder), by_hand / by_hand.norm(dim=1, keepdim=True), atol=1e-5, rtol=1e-5
    )


@pytest.mark.parametrize("bias", [True, False])
def test_a_dense_layer_follows_the_pooling(bias: bool, tmp_path: Path) -> None:
    """A dense layer with safetensors weights is applied, its activation included."""
    folder = save_sentence_encoder(tmp_path / "model", {"pooling_mode": "mean"}, "Dense")
    weight, offset = save_dense(folder / "2_Dense", bias=bias)
    mean = torch.stack([hidden_states(folder, text).mean(0) for text in TEXTS])
    torch.testing.assert_close(vectors(folder), torch.tanh(mean @ weight.T + offset), atol=1e-5, rtol=1e-5)


def test_length_case_and_prompt_are_the_repository_s(tmp_path: Path) -> None:
    """Texts are cut at its length, lowered where it says so, and stand behind its default prompt."""
    settings = {"max_seq_length": 6, "do_lower_case": True}
    folder = save_sentence_encoder(tmp_path / "model", {"pooling_mode": "mean"}, settings=settings)
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["normalizer"]["lowercase"] = False
    write_json(folder / "tokenizer.json", tokenizer)
    prompts = {"prompts": {"query": "a red "}, "default_prompt_name": "query"}
    write_json(folder / "config_sentence_transformers.json", prompts)
    encoder: Any = load_encoder(spec_of(folder, "text"), ExtractionOptions(device="cpu", dtype="float32"))
    (prepared,) = encoder.preparer(["The CAT sat on the mat"])
    plain = AutoTokenizer.from_pretrained(folder)("a red the cat")["input_ids"]
    assert prepared.rows[0]["input_ids"].tolist() == plain
    assert prepared.is_cut


@pytest.mark.parametrize(
    ("pooling", "auxiliary", "what"),
    [
        ({"pooling_mode": "attention"}, (), "the pooling mode 'attention'"),
        ({"pooling_mode": "mean"}, ("LSTM",), "the module 'LSTM'"),
        ({"pooling_mode": "mean"}, ("Dense",), "no 2_Dense/model.safetensors"),
    ],
)
def test_what_cannot_be_rebuilt_is_refused(
    pooling: dict[str, Any], auxiliary: tuple[str, ...], what: str, tmp_path: Path
) -> None:
    """A repository that pools in another way is refused: the mean would be another model's vector."""
    folder = save_sentence_encoder(tmp_path / "model", pooling, *auxiliary)
    if auxiliary == ("Dense",):
        write_json(folder / "2_Dense" / "config.json", {"in_features": 16, "out_features": 5})
    with pytest.raises(UnsupportedModelError, match=what):
        vectors(folder)


def test_a_repository_without_a_pooling_is_refused(tmp_path: Path) -> None:
    """Hidden states alone are not a vector; a pooling that names no mode is the mean."""
    folder = save_sentence_encoder(tmp_path / "model", {})
    mean = torch.stack([hidden_states(folder, text).mean(0) for text in TEXTS])
    torch.testing.assert_close(vectors(folder), mean, atol=1e-5, rtol=1e-5)
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    write_json(folder / "modules.json", modules[:1])
    with pytest.raises(UnsupportedModelError, match="no pooling module"):
        vectors(folder)


@pytest.mark.parametrize("setting", [{"use_residual": True}, {"module_input_name": "token_embeddings"}])
def test_a_dense_layer_of_another_kind_is_refused(setting: dict[str, Any], tmp_path: Path) -> None:
    """A residual layer, or one that works on tokens, is told and not guessed."""
    folder = save_sentence_encoder(tmp_path / "model", {"pooling_mode": "mean"}, "Dense")
    save_dense(folder / "2_Dense")
    config = json.loads((folder / "2_Dense" / "config.json").read_text(encoding="utf-8"))
    write_json(folder / "2_Dense" / "config.json", {**config, **setting})
    with pytest.raises(UnsupportedModelError, match="a dense layer of another kind"):
        vectors(folder)


def test_a_prompt_that_the_pooling_leaves_out_is_refused(tmp_path: Path) -> None:
    """Instruction models average over the text behind the prompt only, which is not rebuilt here."""
    folder = save_sentence_encoder(tmp_path / "model", {"pooling_mode": "mean", "include_prompt": False})
    assert vectors(folder).shape == (3, 16)
    prompts = {"prompts": {"query": "a red "}, "default_prompt_name": "query"}
    write_json(folder / "config_sentence_transformers.json", prompts)
    with pytest.raises(UnsupportedModelError, match="a prompt that its pooling leaves out"):
        vectors(folder)


def test_a_dense_layer_in_half_precision_is_read(tmp_path: Path) -> None:
    """Its numbers are taken as they are, into float32."""
    folder = save_sentence_encoder(tmp_path / "model", {"pooling_mode": "mean"}, "Dense")
    weight, _ = save_dense(folder / "2_Dense", bias=False)
    save_file({"linear.weight": weight.bfloat16()}, folder / "2_Dense" / "model.safetensors")
    recipe = read_sentence_recipe(spec_of(folder, "text"))
    assert recipe is not None
    (layer,) = recipe.layers
    assert layer is not None
    np.testing.assert_array_equal(layer.weight, weight.bfloat16().float().numpy())


def _narrow(folder: Path) -> None:
    save_file({"linear.weight": torch.zeros(5, 8)}, folder / "2_Dense" / "model.safetensors")


def _damage(folder: Path) -> None:
    (folder / "2_Dense" / "model.safetensors").write_bytes(b"x")


def _read_twice(folder: Path) -> None:
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    modules.insert(1, {"idx": 9, "path": "", "type": "sentence_transformers.models.Transformer"})
    write_json(folder / "modules.json", modules)


def _list_settings(folder: Path) -> None:
    write_json(folder / "1_Pooling" / "config.json", ["mean"])


def _lose_settings(folder: Path) -> None:
    (folder / "1_Pooling" / "config.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_narrow, "takes vectors of width 8, and gets 16"),
        (_damage, "a damaged 2_Dense/model.safetensors"),
        (_read_twice, "a further transformer in ''"),
        (_list_settings, "1_Pooling/config.json does not hold a JSON object"),
        (_lose_settings, "1_Pooling/config.json could not be read: No such file"),
    ],
)
def test_a_repository_that_does_not_fit_together_is_told(
    tmp_path: Path, spoil: Callable[[Path], None], message: str
) -> None:
    """Before anything is computed, with the module that is meant."""
    folder = save_sentence_encoder(tmp_path / "model", {"pooling_mode": "mean"}, "Dense")
    save_dense(folder / "2_Dense")
    spoil(folder)
    with pytest.raises(UnsupportedModelError, match=re.escape(message)) as caught:
        load_encoder(spec_of(folder, "text"), ExtractionOptions(device="cpu", dtype="float32"))
    assert caught.value.hint


@pytest.mark.parametrize("name", [["q"], {"a": 1}, 5])
def test_a_default_prompt_that_is_no_name_is_told(tmp_path: Path, name: Any) -> None:
    """It is not left out in silence: vectors without their prompt are not the model's."""
    folder = save_sentence_encoder(tmp_path / "model", {})
    write_json(
        folder / "config_sentence_transformers.json", {"prompts": {"q": "x"}, "default_prompt_name": name}
    )
    with pytest.raises(UnsupportedModelError, match=r"has the default_prompt_name .*; expected the name of"):
        read_sentence_recipe(spec_of(folder, "text"))
