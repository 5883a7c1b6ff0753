"""How texts become tokens, and what is told when a checkpoint cannot be trusted."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from transformers import AutoModel, AutoTokenizer, BertTokenizer

from ptmrank_core.config import Settings
from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.features.encoders import load_encoder
from ptmrank_core.records import ExtractionOptions, WordInContext
from tests.features.readings import samples_of, spec_of
from tests.language_checkpoints import BERT, FAMILIES, WORDS, save_language_model, save_tokenizer

CPU = ExtractionOptions(device="cpu", dtype="float32", batch_size=8)
LONG = "the cat sat on the mat and the dog ran fast " * 20


def encoder_of(folder: Path, **spec: Any) -> Any:
    """Load the encoder of a text checkpoint."""
    return load_encoder(replace(spec_of(folder, "text"), **spec), CPU)


def vectors(encoder: Any, values: list[Any]) -> Any:
    """Vectors of values that go through in one batch."""
    return np.stack([v.embedding for v in encoder.forward(encoder.collate(encoder.preparer(values)))])


@pytest.mark.parametrize(
    ("family", "n_tokens"),
    [("bert", 48), ("roberta", 46), ("mpnet", 46), ("gpt2", 48), ("t5", 512), ("opt", 48), ("led", 48)],
)
def test_a_long_text_is_cut_at_what_the_model_reads(family: str, n_tokens: int, tmp_path: Path) -> None:
    """RoBERTa's table of positions has two rows that no token stands on; a length of 1e30 is no length."""
    encoder = encoder_of(save_language_model(tmp_path / family, family))
    (prepared,) = encoder.preparer([LONG * 3])
    assert prepared.length == n_tokens
    assert prepared.is_cut
    assert np.isfinite(vectors(encoder, [LONG * 3, "dog"])).all()
    long, short = encoder.forward(encoder.collate(encoder.preparer([LONG * 3, "dog"])))
    assert (long.cut, short.cut) == ("end", "")


def test_the_tokenizer_s_own_length_counts_too(tmp_path: Path) -> None:
    """The smaller of the tokenizer's and the model's length holds, special tokens included."""
    folder = save_language_model(tmp_path / "bert", "bert", model_max_length=12)
    encoder = encoder_of(folder)
    short, long = encoder.preparer(["dog", LONG])
    assert (short.length, short.is_cut) == (3, False)
    assert (long.length, long.is_cut) == (12, True)
    assert long.rows[0]["input_ids"][-1] == 3  # the separator still ends the text


def test_a_model_that_states_no_length_says_what_is_read(tmp_path: Path) -> None:
    """XLNet knows relative positions only: 512 tokens are read, and the notes say so."""
    encoder = encoder_of(save_language_model(tmp_path / "xlnet", "xlnet"))
    assert encoder.notes == ("'xlnet' states no longest text: 512 tokens are read.",)
    assert encoder_of(save_language_model(tmp_path / "bert", "bert")).notes == ()


@pytest.mark.parametrize("family", ["gpt2", "bert"])
def test_a_text_without_tokens_has_a_vector(family: str, tmp_path: Path) -> None:
    """An empty text is read as one end-of-text token where the tokenizer gives none."""
    encoder = encoder_of(save_language_model(tmp_path / family, family))
    empty, alone = vectors(encoder, ["", "the cat sat"])[0], vectors(encoder, [""])[0]
    np.testing.assert_allclose(empty, alone, atol=1e-6)
    if family == "gpt2":
        model = AutoModel.from_pretrained(tmp_path / family, dtype=torch.float32).eval()
        with torch.inference_mode():
            by_hand = model(torch.tensor([[3]])).last_hidden_state[0, -1].numpy()
        np.testing.assert_allclose(empty, by_hand, atol=1e-6)


def test_a_preparer_works_in_another_process(tmp_path: Path) -> None:
    """What reads texts can be sent to another process, and words of a sentence still share their row."""
    encoder = encoder_of(save_language_model(tmp_path / "bert", "bert"))
    preparer = pickle.loads(pickle.dumps(encoder.preparer))  # noqa: S301 - made here
    sentence = ("the", "cat", "sat")
    sent = pickle.dumps(preparer([WordInContext(sentence, i) for i in (0, 2)]))
    first, second = pickle.loads(sent)  # noqa: S301 - made here
    assert first.rows[0] is second.rows[0]
    assert (first.position, second.position) == (1, 3)


def test_words_of_one_sentence_go_through_the_model_once(tmp_path: Path) -> None:
    """A batch of words holds a row for each sentence, not for each word."""
    encoder = encoder_of(save_language_model(tmp_path / "bert", "bert"))
    words = [WordInContext(("the", "cat", "sat"), i) for i in range(3)]
    words.append(WordInContext(("a", "dog"), 1))
    (micro_batch,) = encoder.collate(encoder.preparer(words)).micro_batches
    assert micro_batch.inputs["input_ids"].shape == (2, 5)
    assert micro_batch.rows == ((0,), (0,), (0,), (1,))
    assert micro_batch.positions == (1, 2, 3, 2)


def test_a_word_beyond_the_model_s_reach_is_read_in_a_window_around_it(tmp_path: Path) -> None:
    """Every word of a sentence that is too long stands in some window, with tokens on both sides of it."""
    encoder = encoder_of(save_language_model(tmp_path / "bert", "bert"))
    sentence = tuple(word for word in WORDS if not word.startswith("##")) * 4
    items = [WordInContext(sentence, i) for i in range(len(sentence))]
    prepared = encoder.preparer(items)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "bert")
    for item, one in zip(items, prepared, strict=True):
        ids = one.rows[0]["input_ids"]
        assert tokenizer.convert_ids_to_tokens(int(ids[one.position])) == sentence[item.index]
        inner = 6 < item.index < len(sentence) - 6
        assert not inner or 5 <= one.position < len(ids) - 5
    assert len({id(one.rows[0]) for one in prepared}) < 8
    assert len({one.position for one in prepared}) > 20


def test_words_of_a_byte_level_tokenizer_keep_their_spaces(tmp_path: Path) -> None:
    """GPT-2's tokens carry the space before them; a word in a sentence is read as in running text."""
    folder = save_language_model(tmp_path / "gpt2", "gpt2")
    (prepared,) = encoder_of(folder).preparer([WordInContext(("the", "cat", "sat"), 2)])
    text = AutoTokenizer.from_pretrained(folder)("the cat sat")
    assert prepared.rows[0]["input_ids"].tolist() == text["input_ids"]
    assert prepared.position == text.word_ids().index(2)


def test_a_word_of_which_nothing_is_left_stands_on_its_sentence_s_first_token(tmp_path: Path) -> None:
    """A control character makes no token; the word has a vector all the same."""
    encoder = encoder_of(save_language_model(tmp_path / "bert", "bert"))
    lost, next_word = encoder.preparer([WordInContext(("\x00", "cat"), 0), WordInContext(("\x00", "cat"), 1)])
    assert (lost.position, next_word.position) == (0, 1)


def test_a_head_for_words_says_nothing_of_texts(tmp_path: Path, settings: Settings) -> None:
    """Whole texts under a token classifier have features and no logits; words under a text classifier too."""
    words = save_language_model(tmp_path / "words", "bert", head="TokenClassification")
    texts = save_language_model(tmp_path / "texts", "bert", head="SequenceClassification")
    with FeatureCache(settings) as cache:
        of_texts = extract(
            samples_of(["the cat", "dog"], "text"), spec_of(words, "text"), options=CPU, cache=cache
        )
        of_words = extract(
            samples_of([WordInContext(("a", "dog"), i) for i in range(2)], "text"),
            spec_of(texts, "text"),
            options=CPU,
            cache=cache,
        )
    assert of_texts.source_logits is None
    assert of_words.source_logits is None
    assert of_texts.embeddings.shape == of_words.embeddings.shape == (2, 16)


def test_segments_reach_only_models_that_know_them(tmp_path: Path) -> None:
    """GPT-2 would look segments up among its words; BERT has a table for them."""
    settings = {"model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}
    decoder = encoder_of(save_language_model(tmp_path / "gpt2", "gpt2", **settings))
    (prepared,) = decoder.preparer(["the cat"])
    assert set(prepared.rows[0]) == {"input_ids", "attention_mask"}
    (pair,) = encoder_of(save_language_model(tmp_path / "bert", "bert")).preparer([("cat", "dog")])
    assert pair.rows[0]["token_type_ids"].tolist() == [0, 0, 0, 1, 1]


def test_an_encoder_that_was_saved_without_its_decoder_is_whole(tmp_path: Path) -> None:
    """T5's encoder alone loads, for its decoder is never used."""
    folder = tmp_path / "t5"
    _, _, values = FAMILIES["t5"]
    torch.manual_seed(0)
    model = transformers.T5EncoderModel(transformers.T5Config(**values)).eval()
    model.save_pretrained(folder)
    save_tokenizer(folder, "t5")
    inputs = AutoTokenizer.from_pretrained(folder)("the cat sat", return_tensors="pt")
    with torch.inference_mode():
        by_hand = model(input_ids=inputs["input_ids"]).last_hidden_state[0].mean(0).numpy()
    np.testing.assert_allclose(vectors(encoder_of(folder), ["the cat sat"])[0], by_hand, atol=1e-5)


def test_a_pooler_filled_at_random_is_never_asked(tmp_path: Path) -> None:
    """A masked language model holds no pooler; its features are the same at every load."""
    folder = tmp_path / "bert"
    torch.manual_seed(0)
    transformers.BertForMaskedLM(transformers.BertConfig(**BERT)).save_pretrained(folder)
    save_tokenizer(folder, "bert")
    first, second = (vectors(encoder_of(folder), ["the cat"]) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_head_that_reads_a_pooler_needs_it_saved(tmp_path: Path) -> None:
    """BERT's classifier reads its pooler: a checkpoint that lacks it has no logits to trust."""
    folder = save_language_model(tmp_path / "bert", "bert")
    transformers.BertModel(transformers.BertConfig(**BERT), add_pooling_layer=False).save_pretrained(folder)
    with pytest.raises(UnsupportedModelError, match="lacks 4 weights"):
        encoder_of(folder, n_source_classes=2)


@pytest.mark.parametrize(
    ("architecture", "taken"),
    [("NewModel", "the mean over all positions"), ("NewForCausalLM", "the last token of each text")],
)
def test_a_family_that_is_not_listed_is_said(architecture: str, taken: str, tmp_path: Path) -> None:
    """An unknown family gets the default row, a decoder that of decoders, and the notes tell it."""
    folder = save_language_model(tmp_path / "model", "gpt2")
    encoder = encoder_of(folder, model_type="new", architecture=architecture)
    (note, *_) = encoder.notes
    assert note == f"The family 'new' of 'model' is not in the pooling table: {taken} is taken."
    assert encoder.padding_invariant == (architecture == "NewForCausalLM")
    together = vectors(encoder, ["the cat sat on the mat", "dog"])[1]
    np.testing.assert_allclose(together, vectors(encoder, ["dog"])[0], atol=1e-5)


@pytest.mark.parametrize("family", ["bert", "gpt2", "llama"])
def test_a_missing_tokenizer_is_told(family: str, tmp_path: Path) -> None:
    """An empty tokenizer, as transformers makes it where there is none, would read every text alike."""
    folder = save_language_model(tmp_path / family, family)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    with pytest.raises(UnsupportedModelError, match="tokenizer"):
        encoder_of(folder)


def test_a_family_that_needs_code_of_its_own_is_told(tmp_path: Path) -> None:
    """What transformers does not know cannot be run without running code from the checkpoint."""
    folder = save_language_model(tmp_path / "model", "bert")
    config = (folder / "config.json").read_text(encoding="utf-8")
    (folder / "config.json").write_text(config.replace('"bert"', '"unheard_of"'), encoding="utf-8")
    with pytest.raises(UnsupportedModelError, match="unheard_of"):
        encoder_of(folder)


def test_a_vocabulary_file_of_the_family_s_own_tokenizer_is_enough(tmp_path: Path) -> None:
    """BERT checkpoints of old hold vocab.txt and no tokenizer.json."""
    folder = save_language_model(tmp_path / "bert", "bert")
    expected = vectors(encoder_of(folder), ["the unbelievable cat"])
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    specials = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    (folder / "vocab.txt").write_text("\n".join((*specials, *WORDS)), encoding="utf-8")
    assert isinstance(AutoTokenizer.from_pretrained(folder), BertTokenizer)
    np.testing.assert_allclose(vectors(encoder_of(folder), ["the unbelievable cat"]), expected, atol=1e-6)
