"""What the loop trains: a network that gives outputs for prepared samples. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.encoders import load_encoder
from ptmrank_core.features.encoders.base import TransformerEncoder
from ptmrank_core.features.encoders.prepared import Prepared, Preparer
from ptmrank_core.features.training.averaging import state_of
from ptmrank_core.features.training.schedule import peak_rate
from ptmrank_core.records import ExtractionOptions, ModelSpec

__all__ = [
    "BATCH_NORMS",
    "Group",
    "Network",
    "PooledNetwork",
    "count_weights",
    "has_batch_norm",
    "switch_off",
]

HEAD_RATE = 1e-3
# Switched off: masking and layer drop, too much for a few samples; masking fails on short recordings.
SWITCHED_OFF = ("mask_time_prob", "mask_feature_prob", "layerdrop", "encoder_layerdrop")
BATCH_NORMS = (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d, torch.nn.BatchNorm3d, torch.nn.SyncBatchNorm)


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """Weights that are trained at one learning rate.

    Parameters
    ----------
    names, weights
        The weights and their names in the network's module.
    peak
        Peak learning rate.
    """

    names: tuple[str, ...]
    weights: tuple[torch.nn.Parameter, ...]
    peak: float


class Network(Protocol):
    """A network that can be trained.

    Parameters
    ----------
    module
        All of its weights.
    device
        Where it runs.
    preparer
        Turns decoded samples into what it reads; needs no network.
    """

    module: torch.nn.Module
    device: torch.device
    preparer: Preparer

    def groups(self) -> list[Group]:
        """Return the weights to train, with their peak learning rates."""
        ...

    def train(self) -> None:
        """Enter training mode."""
        ...

    def state(self) -> dict[str, torch.Tensor]:
        """Return what training changes, by name."""
        ...

    def outputs(self, samples: Sequence[Prepared]) -> torch.Tensor:
        """Run the network: differentiable float32 outputs of shape (n, n_outputs)."""
        ...


def switch_off(config: Any) -> None:
    """Switch off random masking of the input and random dropping of layers."""
    for name in SWITCHED_OFF:
        if getattr(config, name, 0):
            setattr(config, name, 0.0)


def count_weights(module: torch.nn.Module) -> int:
    """Return the number of trainable weights."""
    return sum(weight.numel() for weight in module.parameters() if weight.requires_grad)


def has_batch_norm(module: torch.nn.Module) -> bool:
    """Whether a network takes statistics over the samples of a batch."""
    return any(isinstance(part, BATCH_NORMS) for part in module.modules())


class PooledNetwork:
    """The encoder of a model, and a linear head that reads its pooled vector after a layer norm.

    Parameters
    ----------
    spec
        A checkpoint on disk; its own head is not used.
    options
        The device; the weights are float32.
    n_outputs
        Width of the head, which starts at zero.
    sample
        A decoded sample, from which the width of the vectors is learned.

    Raises
    ------
    UnsupportedModelError
        If the encoder cannot be trained.
    """

    def __init__(self, spec: ModelSpec, options: ExtractionOptions, n_outputs: int, sample: Any) -> None:
        headless = replace(spec, n_source_classes=None)
        encoder = load_encoder(headless, replace(options, dtype="float32", layers=False))
        if not isinstance(encoder, TransformerEncoder):
            raise UnsupportedModelError(f"The encoder of {spec.id!r} cannot be trained.")
        self._encoder = encoder
        self.preparer: Preparer = encoder.preparer
        self.device = torch.device(encoder.device)
        switch_off(encoder.network.config)
        with torch.no_grad():
            width = encoder.embed(encoder.collate(self.preparer([sample]))).shape[1]
        self._head = torch.nn.Linear(width, n_outputs).to(self.device)
        torch.nn.init.zeros_(self._head.weight)
        torch.nn.init.zeros_(self._head.bias)
        self.module: torch.nn.Module = torch.nn.ModuleDict({"body": encoder.network, "head": self._head})
        self.peak = peak_rate(count_weights(encoder.network))

    def groups(self) -> list[Group]:
        """Return the weights of the encoder and those of the head, which are trained faster."""
        groups = []
        for part, peak in (("body", self.peak), ("head", HEAD_RATE)):
            named = [(n, w) for n, w in self.module.named_parameters() if n.startswith(part)]
            named = [(n, w) for n, w in named if w.requires_grad]
            groups.append(Group(tuple(n for n, _ in named), tuple(w for _, w in named), peak))
        return groups

    def train(self) -> None:
        """Enter training mode."""
        self.module.train()

    def state(self) -> dict[str, torch.Tensor]:
        """Return all weights and statistics, by name."""
        return state_of(self.module)

    def outputs(self, samples: Sequence[Prepared]) -> torch.Tensor:
        """Run the network: differentiable outputs of shape (n, n_outputs)."""
        vectors = self._encoder.embed(self._encoder.collate(samples)).float()
        outputs: torch.Tensor = self._head(torch.nn.functional.layer_norm(vectors, vectors.shape[1:]))
        return outputs
