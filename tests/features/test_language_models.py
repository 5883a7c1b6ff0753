"""Text models of every family: the documented vector, whatever the batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    AutoModel,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
)

from ptmrank_core.features.pooling import FAMILIES as ROWS
from ptmrank_core.records import ExtractionOptions, Features, WordInContext
from tests.features.readings import CPU, Door, samples_of, spec_of
from tests.language_checkpoints import FAMILIES, save_language_model, save_text_tower

TEXTS = (
    "the cat sat on the mat",
    "dog",
    "the quick brown fox jumps over the lazy dog and the team wins the match slow",
    "unbelievable house rises",
    "red blue red",
    "the bank rate falls and the price rises",
    "guitar plays a song",
    "goal",
)
DECODERS = tuple(family for family, (kind, _, _) in FAMILIES.items() if kind == "gpt")
Extractor = Callable[..., Features]


@pytest.fixture
def run(door: Door) -> Extractor:
    """Extract the features of values under the checkpoint of a folder."""

    def extract_fresh(
        folder: Path, values: Any = TEXTS, options: ExtractionOptions = CPU, **spec: Any
    ) -> Features:
        return door(samples_of(values, "text"), replace(spec_of(folder, "text"), **spec), options)

    return extract_fresh


def load(folder: Path, loader: Any = AutoModel) -> Any:
    """Load a checkpoint as its users do."""
    full = {"attention_type": "original_full"} if "big_bird" in folder.name else {}
    return loader.from_pretrained(folder, dtype=torch.float32, **full).eval()


def encode(folder: Path, *text: Any, **how: Any) -> dict[str, torch.Tensor]:
    """Ids of one text, alone and so without padding."""
    encoded = AutoTokenizer.from_pretrained(folder)(*text, return_tensors="pt", **how)
    return {name: encoded[name] for name in ("input_ids", "attention_mask")}


def vector_by_hand(folder: Path, family: str, model: Any, text: str) -> Any:
    """Pool the hidden states of one unpadded text as the table says."""
    inputs = encode(folder, text)
    if family == "fnet":
        del inputs["attention_mask"]
    if model.config.is_encoder_decoder:
        model = model.get_encoder()
    with torch.inference_mode():
        hidden = model(**inputs).last_hidden_state[0]
    return (hidden[-1] if family in DECODERS else hidden.mean(0)).numpy()


def test_every_row_of_the_table_is_tried() -> None:
    """Each family of text models in the pooling table has a checkpoint here."""
    assert set(ROWS["text"]) == set(FAMILIES) | {"clip_text_model"}


@pytest.mark.parametrize(
    "family",
    # CANINE's tokenizer takes seconds to load, and is loaded five times here.
    [pytest.param(f, marks=pytest.mark.slow) if f == "canine" else f for f in FAMILIES],
)
def test_a_text_has_the_documented_vector_whatever_the_batch(
    family: str, tmp_path: Path, run: Extractor
) -> None:
    """Alone, among others, and after a second load a text has the vector that its family's row says."""
    folder = save_language_model(tmp_path / family, family)
    together = run(folder).embeddings
    model = load(folder)
    by_hand = np.stack([vector_by_hand(folder, family, model, text) for text in TEXTS])
    others = run(folder, TEXTS[::-1][:5], options=replace(CPU, batch_size=2)).embeddings
    np.testing.assert_allclose(together, by_hand, atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(others, together[::-1][:5], atol=1e-5, rtol=1e-5)
    assert np.ptp(together, axis=0).max() > 0.01


@pytest.mark.parametrize(
    "family",
    ["bert", "roberta", "funnel", "xlnet", "fnet", "longformer", "gpt2", "llama", "bart", "t5", "modernbert"],
)
def test_logits_are_the_head_s_own(family: str, tmp_path: Path, run: Extractor) -> None:
    """In the same pass come the logits of the classification head and the vector of what it stands on."""
    folder = save_language_model(tmp_path / family, family, head="SequenceClassification")
    features = run(folder)
    model = load(folder, AutoModelForSequenceClassification)
    model.config.pad_token_id = 3 if family in DECODERS else model.config.pad_token_id
    with torch.inference_mode():
        inputs = [encode(folder, text) for text in TEXTS]
        if family == "fnet":
            inputs = [{"input_ids": one["input_ids"]} for one in inputs]
        by_hand = torch.cat([model(**one).logits for one in inputs]).numpy()
        body = model.get_encoder() if model.config.is_encoder_decoder else model.base_model
        kept: list[Any] = []
        body.register_forward_hook(lambda _module, _inputs, output: kept.append(output.last_hidden_state[0]))
        for one in inputs:
            model(**one)
    vectors = torch.stack([hidden[-1] if family in DECODERS else hidden.mean(0) for hidden in kept]).numpy()
    assert features.source_logits is not None
    np.testing.assert_allclose(features.source_logits, by_hand, atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(features.embeddings, vectors, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("family", ["bert", "gpt2", "t5"])
def test_a_second_load_gives_the_same_bits(family: str, tmp_path: Path, run: Extractor) -> None:
    """Loaded again, a model gives the same vectors to the last bit."""
    folder = save_language_model(tmp_path / family, family)
    np.testing.assert_array_equal(run(folder).embeddings, run(folder).embeddings)


@pytest.mark.parametrize("family", ["bert", "roberta", "gpt2", "xlnet", "bart"])
def test_the_second_text_of_a_pair_counts(family: str, tmp_path: Path, run: Extractor) -> None:
    """A pair is read as the tokenizer joins it, with its segments where the model has them."""
    folder = save_language_model(tmp_path / family, family)
    pairs = [("the cat sat", "a dog ran fast"), ("goal", "the team wins the match"), ("goal", "red")]
    features = run(folder, pairs).embeddings
    model = load(folder)
    model = model.get_encoder() if model.config.is_encoder_decoder else model
    for pair, vector in zip(pairs, features, strict=True):
        encoded = AutoTokenizer.from_pretrained(folder)(*pair, return_tensors="pt")
        with torch.inference_mode():
            hidden = model(**encoded).last_hidden_state[0]
        by_hand = hidden[-1] if family in DECODERS else hidden.mean(0)
        np.testing.assert_allclose(vector, by_hand.numpy(), atol=1e-5, rtol=1e-5)


SENTENCES = (
    ("the", "unbelievable", "team", "wins"),
    ("dog",),
    ("guitar", "plays", "a", "song", "on", "the", "red", "mat"),
)
WORDS = tuple(WordInContext(words, i) for words in SENTENCES for i in range(len(words)))


@pytest.mark.parametrize("family", ["bert", "convbert", "distilbert", "xlnet", "funnel"])
def test_a_word_has_the_vector_and_logits_of_its_first_token(
    family: str, tmp_path: Path, run: Extractor
) -> None:
    """Token classification: one vector and one row of logits for each word, read in its sentence."""
    folder = save_language_model(tmp_path / family, family, head="TokenClassification")
    features = run(folder, WORDS)
    model = load(folder, AutoModelForTokenClassification)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    vectors, logits = [], []
    for words in SENTENCES:
        encoded = tokenizer(list(words), is_split_into_words=True, return_tensors="pt")
        inputs = {name: encoded[name] for name in ("input_ids", "attention_mask", "token_type_ids")}
        if family == "distilbert":
            del inputs["token_type_ids"]
        with torch.inference_mode():
            hidden = model.base_model(**inputs).last_hidden_state[0]
            scores = model(**inputs).logits[0]
        for word in range(len(words)):
            first = encoded.word_ids(0).index(word)
            vectors.append(hidden[first].numpy())
            logits.append(scores[first].numpy())
    assert features.source_logits is not None
    np.testing.assert_allclose(features.embeddings, np.stack(vectors), atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(features.source_logits, np.stack(logits), atol=1e-5, rtol=1e-5)


def test_a_text_tower_is_read_at_its_own_token(tmp_path: Path, run: Extractor) -> None:
    """CLIP's text half saved alone gives its pooled output, which comes from the token that is trained."""
    folder = save_text_tower(tmp_path / "clip")
    texts = TEXTS[:3]
    features = run(folder, texts).embeddings
    model = load(folder)
    with torch.inference_mode():
        by_hand = torch.cat([model(**encode(folder, text)).pooler_output for text in texts]).numpy()
    np.testing.assert_allclose(features, by_hand, atol=1e-5, rtol=1e-5)
