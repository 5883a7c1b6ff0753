"""Text models of transformers, those of sentence-transformers included."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any

import torch
from transformers import (
    AutoModel,
    AutoModelForSequenceClassification,
    AutoModelForTextEncoding,
    AutoModelForTokenClassification,
)

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.encoders.base import TransformerEncoder
from ptmrank_core.features.encoders.sentences import SentenceRecipe, read_sentence_recipe
from ptmrank_core.features.encoders.tokens import (
    DEFAULT_LENGTH,
    TextPreparer,
    known_ids,
    load_tokenizer,
    longest_text,
)
from ptmrank_core.features.pooling import pool
from ptmrank_core.records import ExtractionOptions, ModelSpec

__all__ = ["TextEncoder", "input_names", "padding_id"]


class TextEncoder(TransformerEncoder):
    """A text model on a device.

    Without a head only the encoder of an encoder-decoder is used. Padding goes to the right, whatever the
    tokenizer prefers for generation, so that absolute positions do not change.
    """

    encoder_only = True

    def __init__(self, spec: ModelSpec, options: ExtractionOptions) -> None:
        tokenizer = load_tokenizer(spec)
        for_words = (spec.architecture or "").endswith("ForTokenClassification")
        head = AutoModelForTokenClassification if for_words else AutoModelForSequenceClassification
        # T5EncoderModel and similar classes are saved without the decoder that AutoModel expects.
        encoder_alone = (spec.architecture or "").endswith("EncoderModel")
        headless = AutoModelForTextEncoding if encoder_alone else AutoModel
        super().__init__(spec, options, headless=headless, with_head=head)
        self._recipe = read_sentence_recipe(spec)
        config = self._model.config.get_text_config()
        self._dense = _dense_layers(self._recipe, self._device, getattr(config, "hidden_size", None))
        filler_id = padding_id(tokenizer, config)
        if self._family.rule == "last":
            config.use_cache = False
            # The head of a decoder reads the last token that is not padding.
            config.pad_token_id = filler_id
        self.pad_values = {"input_ids": filler_id, "token_type_ids": tokenizer.pad_token_type_id}
        stated = longest_text(tokenizer, config, self._family.reserved_positions, self._recipe)
        if stated is None:
            self._notes += (f"{spec.id!r} states no longest text: {DEFAULT_LENGTH} tokens are read.",)
        self.preparer = TextPreparer(
            tokenizer,
            inputs=input_names(self._model, tokenizer),
            max_length=stated or DEFAULT_LENGTH,
            filler_id=filler_id,
            recipe=self._recipe,
            n_rows=known_ids(tokenizer, config),
        )

    def mask(self, inputs: Mapping[str, torch.Tensor], output: Any) -> torch.Tensor | None:  # noqa: ARG002
        """Return the attention mask if batches are padded."""
        return inputs.get("attention_mask") if self.padding_invariant else None

    def pooled(self, output: Any, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Pool by the rule of the family, or by the recipe of a sentence-transformers repository."""
        if self._recipe is None:
            return super().pooled(output, inputs)
        mask = self.mask(inputs, output)
        vectors = torch.cat([pool(output, rule, mask).float() for rule in self._recipe.rules], dim=1)
        for layer in self._dense:
            vectors = layer(vectors)
        return vectors


def input_names(model: Any, tokenizer: Any) -> frozenset[str]:
    """Names of the inputs that a tokenizer gives and a model takes.

    Models without segment embeddings (GPT-2, XLM) would look segments up among the words, for which they were
    not trained; XLNet compares segments and needs no embeddings.
    """
    names = set(inspect.signature(model.forward).parameters)
    names &= {*tokenizer.model_input_names, "attention_mask"}
    knows_segments = hasattr(model.config, "type_vocab_size") or model.config.model_type == "xlnet"
    return frozenset(names if knows_segments else names - {"token_type_ids"})


def padding_id(tokenizer: Any, config: Any) -> int:
    """Id for padding: many decoders have no padding token, or one without an embedding."""
    known = (tokenizer.pad_token_id, tokenizer.eos_token_id, tokenizer.unk_token_id)
    n_rows = getattr(config, "vocab_size", math.inf)  # CANINE reads characters and has no vocabulary
    return next((int(i) for i in known if i is not None and i < n_rows), 0)


def _normalise(vectors: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.normalize(vectors, dim=1)


def _dense_layers(recipe: SentenceRecipe | None, device: torch.device, width: int | None) -> list[Any]:
    """Build the layers after the pooling of a sentence encoder, in float32.

    Raises
    ------
    UnsupportedModelError
        If a layer does not take vectors of the width that comes before it.
    """
    layers: list[Any] = []
    given = width * len(recipe.rules) if recipe and width else None
    for layer in recipe.layers if recipe else ():
        if layer is None:
            layers.append(_normalise)
            continue
        if given not in {None, layer.weight.shape[1]}:
            raise UnsupportedModelError(
                f"A dense layer after the pooling takes vectors of width {layer.weight.shape[1]}, and gets "
                f"{given}.",
                hint="Copy the whole repository again, as sentence-transformers saved it.",
            )
        given = layer.weight.shape[0]
        linear = torch.nn.Linear(layer.weight.shape[1], layer.weight.shape[0], bias=layer.bias is not None)
        state = {"weight": torch.from_numpy(layer.weight)}
        if layer.bias is not None:
            state["bias"] = torch.from_numpy(layer.bias)
        linear.load_state_dict(state)
        layers.append(torch.nn.Sequential(linear, getattr(torch.nn, layer.activation)()).to(device))
    return layers
