"""The size of a network as its config asks for it, known before its memory is taken. Imports torch."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import torch

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.records import ModelSpec

__all__ = ["note_on_layers", "refuse_outgrown"]

# Numbers that a network may have besides the weights of its checkpoint: tables that are computed, twice some.
SPARE = 10**8
TIMES = 2


def refuse_outgrown(spec: ModelSpec, loader: Any, config: Any) -> None:
    """Refuse a config whose network is far larger than the weights; it is laid out without memory for that.

    Parameters
    ----------
    spec
        The model; without a known number of parameters nothing is compared.
    loader
        The Auto class that builds the model.
    config
        Its configuration.

    Raises
    ------
    UnsupportedModelError
        With both numbers.
    """
    if spec.n_parameters is None:
        return
    n_planned = 0
    with suppress(Exception), torch.device("meta"):  # loading meets the same error, and says what it is
        model = loader.from_config(copy.deepcopy(config), trust_remote_code=False)
        n_planned = sum(tensor.numel() for tensor in (*model.parameters(), *model.buffers()))
    if n_planned > TIMES * spec.n_parameters + SPARE:
        raise UnsupportedModelError(
            f"config.json of {spec.id!r} asks for a network of {n_planned:,} numbers, and its weights hold "
            f"{spec.n_parameters:,}.",
            hint="Copy config.json and the weights from one and the same model.",
        )


def note_on_layers(config: Any) -> tuple[str, ...]:
    """Say that a model has no layers, so that its features are not those of a network."""
    parts = (config, getattr(config, "vision_config", None), getattr(config, "text_config", None))
    if 0 not in [getattr(part, "num_hidden_layers", None) for part in parts if part is not None]:
        return ()
    what = "The model has no hidden layers (num_hidden_layers is 0 in config.json): "
    return (f"{what}its features are those of its embeddings alone.",)
