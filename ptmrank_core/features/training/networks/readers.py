"""How a model with a head reads samples, as a plain call of transformers does. Imports torch."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ptmrank_core.features.encoders.audio import AudioPreparer, padding_mixes
from ptmrank_core.features.encoders.image import picture_reader
from ptmrank_core.features.encoders.pixels import PicturesPreparer
from ptmrank_core.features.encoders.prepared import Prepared, Preparer
from ptmrank_core.features.encoders.sentences import read_sentence_recipe
from ptmrank_core.features.encoders.text import input_names, padding_id
from ptmrank_core.features.encoders.tokens import (
    DEFAULT_LENGTH,
    TextPreparer,
    known_ids,
    load_tokenizer,
    longest_text,
)
from ptmrank_core.features.pooling import family_of
from ptmrank_core.records import ModelSpec

__all__ = ["Reader", "reader_of"]


@dataclass(frozen=True, eq=False, slots=True)
class Reader:
    """How samples become inputs of a model.

    Parameters
    ----------
    preparer
        Turns decoded samples into rows.
    inputs
        Names of the inputs that the model takes.
    group_of
        Value that is the same for samples that may share a forward pass.
    pad_values
        Padding value by input; 0 for others.
    limit
        How much of a long sample is read, in words; empty if samples are never cut.
    pads
        Whether padding leaves the outputs of a sample as they are.
    processor
        The tokenizer or feature extractor, as it has to be saved; ``None`` where the checkpoint's own files
        are copied.
    """

    preparer: Preparer
    inputs: frozenset[str]
    group_of: Callable[[Prepared], Hashable]
    pad_values: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    limit: str = ""
    pads: bool = True
    processor: Any = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What whoever uses the model should know of how it reads samples, one sentence each."""
        remarks = [f"Only the first {self.limit} of a sample are read."] if self.limit else []
        if not self.pads:
            remarks.append(
                "Padding changes its outputs: give it one sample at a time, or samples of one length."
            )
        return tuple(remarks)


def reader_of(spec: ModelSpec, model: Any) -> Reader:
    """Build the reader of a loaded model; a decoder's configuration gets the id that it is padded with."""
    return {"image": _pictures, "text": _texts, "audio": _recordings}[spec.modality](spec, model)


def _takes(model: Any) -> frozenset[str]:
    return frozenset(inspect.signature(model.forward).parameters)


def _by_length(sample: Prepared) -> Hashable:
    return sample.length


def _together(_sample: Prepared) -> Hashable:
    return 0


def _pictures(spec: ModelSpec, model: Any) -> Reader:
    """Pictures of one size share a forward pass: some processors keep the aspect ratio."""
    return Reader(
        PicturesPreparer(picture_reader(spec)),
        _takes(model),
        lambda sample: next(iter(sample.rows[0].values())).shape,
    )


def _texts(spec: ModelSpec, model: Any) -> Reader:
    family, config = family_of(spec), model.config.get_text_config()
    tokenizer, recipe = load_tokenizer(spec), read_sentence_recipe(spec)
    filler_id = padding_id(tokenizer, config)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(filler_id)
    # The head of a decoder reads the last token that is not padding.
    for part in {id(part): part for part in (model.config, config)}.values():
        part.pad_token_id = filler_id
        if hasattr(part, "use_cache"):
            part.use_cache = False
    longest = longest_text(tokenizer, config, family.reserved_positions, recipe) or DEFAULT_LENGTH
    inputs = input_names(model, tokenizer)
    # What a plain call of the saved tokenizer does is then what is done here.
    tokenizer.model_max_length, tokenizer.padding_side = longest, family.padding_side
    tokenizer.model_input_names = [name for name in tokenizer.model_input_names if name in inputs]
    return Reader(
        TextPreparer(
            tokenizer,
            inputs=inputs,
            max_length=longest,
            filler_id=filler_id,
            n_rows=known_ids(tokenizer, config),
        ),
        inputs,
        _together if family.padding_invariant else _by_length,
        {"input_ids": filler_id, "token_type_ids": tokenizer.pad_token_type_id},
        limit=f"{longest} tokens",
        pads=family.padding_invariant,
        processor=tokenizer,
    )


def _recordings(spec: ModelSpec, model: Any) -> Reader:
    preparer = AudioPreparer(spec, first_window=True)
    invariant = family_of(spec).padding_invariant and not padding_mixes(model.config)
    takes = _takes(model) if invariant else _takes(model) - {"attention_mask"}
    seconds = round(preparer.window_seconds, 1)
    return Reader(
        preparer,
        takes,
        _together if invariant else _by_length,
        limit=f"{seconds:g} seconds",
        pads=invariant or preparer.has_own_size,
        processor=preparer.extractor,
    )
