"""Texts, pairs of texts and words of sentences -> rows of token ids. Imports transformers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from transformers import AutoTokenizer

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.encoders.checkpoint import ODD_CONFIG, load_config
from ptmrank_core.features.encoders.own_code import refuse_own_code
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.features.encoders.sentences import SentenceRecipe
from ptmrank_core.records import ModelSpec, WordInContext
from ptmrank_core.records.foreign import read_json_file, unreadable_json
from ptmrank_core.records.names import reason_of

__all__ = ["TextPreparer", "known_ids", "load_tokenizer", "longest_text"]

# transformers writes 1e30 where a tokenizer states no length.
UNSTATED = 10**9
# T5 and XLNet were trained on this many tokens; they use relative positions and state no limit.
DEFAULT_LENGTH = 512
# What reading a tokenizer raises where a file of it is damaged or holds a value of another type.
UNREADABLE = (OSError, ImportError, RecursionError, *ODD_CONFIG)
VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "tokenizer.model")
# Files of a tokenizer that hold a JSON object.
OBJECTS = (
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    "vocab.json",
)
POSITIONS = ("max_position_embeddings", "max_encoder_position_embeddings", "n_positions", "max_seq_len")


def load_tokenizer(spec: ModelSpec) -> Any:
    """Load a checkpoint's tokenizer.

    Raises
    ------
    UnsupportedModelError
        If it is missing: transformers would build an empty one, which reads every text alike.
    """
    folder = Path(spec.path or "")
    try:
        tokenizer = AutoTokenizer.from_pretrained(spec.path, trust_remote_code=False, local_files_only=True)
    except UNREADABLE as error:
        load_config(spec)  # a tokenizer is chosen by the config, whose own errors say more
        refuse_own_code(spec, error, "tokenizer")
        _refuse_without_vocabulary(spec, folder)
        _refuse_damaged(spec, folder)
        raise UnsupportedModelError(
            f"The tokenizer of {spec.id!r} could not be read: {reason_of(error)}.",
            hint="Expected tokenizer.json beside config.json: tokenizer.save_pretrained(folder).",
        ) from error
    names = set(type(tokenizer).vocab_files_names.values())
    if names and not any((folder / name).is_file() for name in names):
        raise _no_tokenizer(spec, names)
    if "input_ids" not in tokenizer.model_input_names:
        raise UnsupportedModelError(
            f"The tokenizer of {spec.id!r} has the model_input_names {tokenizer.model_input_names!r}; "
            "expected input_ids among them.",
            hint="Copy tokenizer_config.json again from the model.",
        )
    return tokenizer


def _refuse_without_vocabulary(spec: ModelSpec, folder: Path) -> None:
    """Refuse a checkpoint of whose tokenizer there are only settings."""
    if not any((folder / name).is_file() for name in VOCABULARIES):
        raise _no_tokenizer(spec, VOCABULARIES)


def _refuse_damaged(spec: ModelSpec, folder: Path) -> None:
    """Name the file that could not be read, which transformers does not."""
    for path in filter(Path.is_file, (folder / name for name in OBJECTS)):
        try:
            is_object = isinstance(read_json_file(path, marks=False).value, dict)
            reason = "" if is_object else "it holds no JSON object"
        except (OSError, ValueError) as error:
            reason = unreadable_json(error)
        if reason:
            raise UnsupportedModelError(
                f"{path.name} of {spec.id!r} could not be read: {reason}.",
                hint="Save it again: tokenizer.save_pretrained(folder).",
            )


def _no_tokenizer(spec: ModelSpec, names: Iterable[str]) -> UnsupportedModelError:
    return UnsupportedModelError(
        f"{spec.id!r} has no tokenizer (looked for {', '.join(sorted(names))}).",
        hint="Save it into the folder: tokenizer.save_pretrained(folder).",
    )


def longest_text(tokenizer: Any, config: Any, reserved: int, recipe: SentenceRecipe | None) -> int | None:
    """Return how many tokens a model reads, special ones included; ``None`` if that is not stated."""
    positions = [getattr(config, name, None) for name in POSITIONS]
    stated = [number - reserved for number in positions if isinstance(number, int) and number > reserved][:1]
    limits = [*stated, tokenizer.model_max_length, recipe.max_length if recipe else None]
    numbers = [limit for limit in limits if isinstance(limit, int | float)]
    return min((int(limit) for limit in numbers if 0 < limit < UNSTATED), default=None)


def known_ids(tokenizer: Any, config: Any) -> int | None:
    """Return how many token ids a model knows; ``None`` if it has no table of them.

    Raises
    ------
    UnsupportedModelError
        If the vocabulary of the tokenizer is larger. Tokens that were added to it (padding, mostly) may lie
        beyond the model's table as long as no text contains them.
    """
    n_rows = getattr(config, "vocab_size", None)
    if not isinstance(n_rows, int) or n_rows < 1:
        return None
    if isinstance(tokenizer.vocab_size, int) and tokenizer.vocab_size > n_rows:
        raise _unknown_ids(f"has {tokenizer.vocab_size:,} ids", n_rows)
    return n_rows


def _unknown_ids(what: str, n_rows: int) -> UnsupportedModelError:
    return UnsupportedModelError(
        f"The tokenizer {what}, and the model knows {n_rows:,} (0 to {n_rows - 1:,}): they do not belong "
        "together.",
        hint="Copy the tokenizer's files and the weights from one and the same model.",
    )


class TextPreparer:
    """Turns texts, pairs of texts or words of sentences into rows of token ids.

    A text that is longer than the model reads is truncated; a sentence with words to classify is read in
    overlapping windows instead, and each word is taken from the window in which it is farthest from an edge.
    A text without tokens is read as one end-of-text token.

    Parameters
    ----------
    tokenizer
        The checkpoint's tokenizer.
    inputs
        Names of the inputs that the model takes.
    max_length
        Number of tokens that it reads, special ones included.
    filler_id
        Token id of a text without tokens.
    recipe
        Recipe of a sentence-transformers repository, or ``None``.
    n_rows
        Number of token ids that the model knows; ``None`` if it has no table of them.
    """

    def __init__(
        self,
        tokenizer: Any,
        *,
        inputs: frozenset[str],
        max_length: int,
        filler_id: int,
        recipe: Any = None,
        n_rows: int | None = None,
    ) -> None:
        self._tokenizer = tokenizer
        self._inputs = inputs
        self._max_length = max_length
        self._filler_id = filler_id
        self._prompt = recipe.prompt if recipe else ""
        self._lower_case = bool(recipe and recipe.lower_case)
        self._cut_end = "start" if getattr(tokenizer, "truncation_side", "right") == "left" else "end"
        self._n_rows = n_rows

    def __call__(self, items: Sequence[Any]) -> list[Prepared]:
        """Prepare texts, pairs of texts or words, all of one kind, in the given order."""
        if isinstance(items[0], WordInContext):
            return self._words(items)
        pairs = not isinstance(items[0], str)
        first = [self._text(item[0] if pairs else item) for item in items]
        second = [self._text(item[1], prompt="") for item in items] if pairs else None
        encoded = self._tokenizer(
            first,
            second,
            truncation=True,
            max_length=self._max_length,
            return_attention_mask=True,
        )
        return [self._prepared(encoded, index) for index in range(len(items))]

    def _text(self, text: str, prompt: str | None = None) -> str:
        text = (self._prompt if prompt is None else prompt) + text
        return text.lower() if self._lower_case else text

    def _row(self, encoded: Any, index: int) -> dict[str, Any]:
        """Take one row of the tokenizer's output."""
        row = {
            name: np.asarray(rows[index], dtype=np.int64)
            for name, rows in encoded.items()
            if name in self._inputs
        }
        if row["input_ids"].size == 0:
            row = {name: np.full(1, int(name == "attention_mask"), dtype=np.int64) for name in row}
            row["input_ids"][0] = self._filler_id
        if self._n_rows is not None and row["input_ids"].max() >= self._n_rows:
            raise _unknown_ids(f"gave the id {row['input_ids'].max():,}", self._n_rows)
        return row

    def _prepared(self, encoded: Any, index: int) -> Prepared:
        row = self._row(encoded, index)
        length = row["input_ids"].size
        encodings = encoded.encodings
        # A tokenizer in Python does not report truncation: a text of the full length counts as truncated.
        is_cut = bool(encodings[index].overflowing) if encodings else length == self._max_length
        return Prepared((row,), length=length, cut=self._cut_end if is_cut else "")

    def _words(self, items: Sequence[WordInContext]) -> list[Prepared]:
        """Prepare words; the words of a sentence share its row."""
        if not self._tokenizer.is_fast:
            raise UnsupportedModelError(
                f"{type(self._tokenizer).__name__} does not tell which tokens belong to which word.",
                hint="Use a model with a fast tokenizer (tokenizer.json) for token classification.",
            )
        numbers = {words: number for number, words in enumerate(dict.fromkeys(i.words for i in items))}
        space = self._space_between_words()
        sentences = [
            [self._text(word, prompt="" if i == 0 else space) for i, word in enumerate(words)]
            for words in numbers
        ]
        encoded = self._tokenizer(
            sentences,
            is_split_into_words=True,
            truncation=True,
            max_length=self._max_length,
            stride=min(128, self._max_length // 4),
            return_overflowing_tokens=True,
            return_attention_mask=True,
        )
        places = _places(encoded, [len(words) for words in numbers])
        rows = [self._row(encoded, window) for window in range(len(encoded["input_ids"]))]
        prepared = []
        for item in items:
            window, position = places[numbers[item.words]][item.index]
            row = rows[window]
            prepared.append(Prepared((row,), length=row["input_ids"].size, position=position))
        return prepared

    def _space_between_words(self) -> str:
        """Return what to put before a word that follows another, so that it is read as in running text.

        Byte-level tokenizers make the space a part of the word, which ``is_split_into_words`` does not add.
        """
        split = self._tokenizer([["a", "b"]], is_split_into_words=True)["input_ids"]
        return "" if split == self._tokenizer(["a b"])["input_ids"] else " "


def _places(encoded: Any, n_words: Sequence[int]) -> list[list[tuple[int, int]]]:
    """Window and position of the first token of each word of each sentence.

    A word without tokens (control characters) gets the position of the first token of its sentence.
    """
    windows = encoded["overflow_to_sample_mapping"]
    places = [[(windows.index(sentence), 0)] * number for sentence, number in enumerate(n_words)]
    margins = [[-1] * number for number in n_words]
    for window, sentence in enumerate(windows):
        word_ids = encoded.word_ids(window)
        for position, word in enumerate(word_ids):
            if word is None or (position > 0 and word_ids[position - 1] == word):
                continue
            begins_inside = window > 0 and windows[window - 1] == sentence and position <= 1
            margin = 0 if begins_inside else min(position, len(word_ids) - 1 - position)
            if margin > margins[sentence][word]:
                margins[sentence][word] = margin
                places[sentence][word] = (window, position)
    return places
