"""Low-rank adapters (LoRA) of a network, trained in the place of its weights. Imports torch and peft."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Collection
from typing import Any

import torch
from transformers.pytorch_utils import Conv1D

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.training.networks.base import BATCH_NORMS
from ptmrank_core.features.training.recipe import LORA_ALPHA, LORA_RANK
from ptmrank_core.records.names import reason_of

__all__ = ["LowRankAdapters"]

LINEAR = (torch.nn.Linear, Conv1D)
CONVOLUTIONS = (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d)
# A network is one of convolutions where linear layers hold less than this share of the weights of both.
LEAST_LINEAR_SHARE = 0.5
# Layers of state-space models that their fast kernels read without calling them.
UNCALLED = {"mamba": "out_proj", "mamba2": "out_proj", "falcon_mamba": "out_proj", "falcon_h1": "out_proj"}


class LowRankAdapters:
    """Adapters of the pre-trained layers of a network; its other pre-trained weights are frozen.

    Parameters
    ----------
    model
        A model of transformers; its layers are replaced by layers with an adapter.
    whole
        Names of the weights that are trained whole: the head, and weights that the checkpoint does not hold.
    seed
        Seed of the adapters. They change no output before they are trained.
    name
        Name of the model in messages.

    Raises
    ------
    UnsupportedModelError
        If no layer can have an adapter.

    Attributes
    ----------
    names
        Names of the weights of the adapters.

    Notes
    -----
    Each linear layer W becomes W + (alpha / r) B A with A of shape (r, d_in), drawn at random, and B of shape
    (d_out, r), which starts at zero (Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models",
    arXiv:2106.09685, section 4.1). All linear layers have one, as Dettmers et al. 2023 (arXiv:2305.14314,
    section 4) found necessary to match full fine-tuning; in networks of convolutions those, too. Statistics
    of batch norms stay as they are.
    """

    def __init__(self, model: Any, whole: Collection[str], *, seed: int, name: str) -> None:
        from peft import LoraConfig, LoraModel  # noqa: PLC0415 - an extra

        layers = _layers_of(model, whole)
        if not layers:
            raise UnsupportedModelError(
                f"{name!r} has no linear layer or convolution that can have a low-rank adapter (LoRA).",
                hint="Train all weights instead.",
            )
        config = LoraConfig(
            r=LORA_RANK,
            lora_alpha=LORA_ALPHA,
            lora_dropout=0.0,
            target_modules="|".join(map(re.escape, layers)),
        )
        torch.manual_seed(seed)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a Conv1D is transposed
                self._tuner: Any = LoraModel(model, config, "default")
        except ValueError as error:
            raise UnsupportedModelError(
                f"{name!r} cannot have low-rank adapters (LoRA): {reason_of(error)}.",
                hint="Train all weights instead.",
            ) from error
        weights = dict(model.named_parameters())
        self.names = frozenset(own for own, weight in weights.items() if weight.requires_grad)
        for own in whole:
            if own in weights:
                weights[own].requires_grad_(requires_grad=True)
        self._norms = [part for part in model.modules() if isinstance(part, BATCH_NORMS)]

    def keep_statistics(self) -> None:
        """Let batch norms use the statistics of the checkpoint, in training too."""
        for part in self._norms:
            part.eval()

    def merge(self) -> Any:
        """Add the adapters to the weights; return the model with its plain layers."""
        return self._tuner.merge_and_unload(safe_merge=True)


def _layers_of(model: Any, whole: Collection[str]) -> list[str]:
    """Name the layers that get an adapter."""
    kind = getattr(model.config, "model_type", "")
    within = [name for name, part in model.named_modules() if isinstance(part, torch.nn.MultiheadAttention)]
    linear, convolutions = {}, {}
    for name, part in model.named_modules():
        is_called = not name.startswith(tuple(f"{own}." for own in within))
        if f"{name}.weight" in whole or not is_called or name.rpartition(".")[2] == UNCALLED.get(kind):
            continue
        if isinstance(part, LINEAR):
            linear[name] = part.weight.numel()
        elif isinstance(part, CONVOLUTIONS) and part.groups == 1 and min(part.weight.shape[:2]) > 1:
            convolutions[name] = math.prod(part.weight.shape)
    n_linear, n_convolved = sum(linear.values()), sum(convolutions.values())
    if n_linear < LEAST_LINEAR_SHARE * (n_linear + n_convolved):
        return [*linear, *convolutions]
    return list(linear)
