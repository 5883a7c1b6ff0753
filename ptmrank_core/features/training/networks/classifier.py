"""A checkpoint with a head for the user's classes, as transformers loads it. Imports torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.device import resolve_device
from ptmrank_core.features.encoders.padding import stack_padded
from ptmrank_core.features.encoders.prepared import Prepared, Preparer
from ptmrank_core.features.pooling import family_of
from ptmrank_core.features.training.averaging import state_of
from ptmrank_core.features.training.networks.base import Group, count_weights
from ptmrank_core.features.training.networks.loading import (
    AUTO_CLASSES,
    config_for,
    drawn_weights,
    load_classifier,
)
from ptmrank_core.features.training.networks.low_rank import LowRankAdapters
from ptmrank_core.features.training.networks.readers import Reader, reader_of
from ptmrank_core.features.training.networks.watching import Watch, redraw
from ptmrank_core.features.training.recipe import LORA_RATE
from ptmrank_core.features.training.schedule import peak_rate
from ptmrank_core.records import ExtractionOptions, FloatArray, ModelSpec, Samples

__all__ = ["Classifier"]


class Classifier:
    """A model of transformers with a head for the samples' classes, numbers or labels.

    Parameters
    ----------
    spec
        A checkpoint on disk. Its own head stays where it has the right size, and is drawn anew otherwise.
    samples
        What it has to learn.
    options
        The device; the weights are float32.

    Raises
    ------
    UnsupportedModelError
        If transformers has no class of this kind for the family, or weights of the body are missing.

    Attributes
    ----------
    config
        Its configuration, with the names of its outputs.
    drawn
        Names of weights that the checkpoint does not hold.
    last
        Name of the linear layer that gives the outputs.
    n_parameters
        Number of its weights, without adapters.
    rate
        Factor on its peak learning rate.
    """

    def __init__(self, spec: ModelSpec, samples: Samples, options: ExtractionOptions) -> None:
        if samples.modality not in AUTO_CLASSES:
            raise UnsupportedModelError(
                f"{spec.id!r} reads {samples.modality} samples: only models of images, texts and recordings "
                "are trained here."
            )
        config = config_for(spec, samples)
        model, info = load_classifier(spec, config)
        self.drawn = frozenset(drawn_weights(spec, model, info))
        self.device = resolve_device(options.device)
        self.module: torch.nn.Module = model.to(self.device)
        self.config = model.config
        self._reader: Reader = reader_of(spec, model)
        self.preparer: Preparer = self._reader.preparer
        self._padding_side = family_of(spec).padding_side
        self._spec = spec
        self.n_parameters = count_weights(self.module)
        self.peak = peak_rate(self.n_parameters)
        self.rate = 1.0
        self.last = ""
        self._adapters: LowRankAdapters | None = None

    def add_adapters(self, seed: int) -> None:
        """Train low-rank adapters, the head and weights that the checkpoint lacks; freeze all others.

        Raises
        ------
        UnsupportedModelError
            If no layer of the network can have an adapter.
        """
        whole = {*self.drawn, *(f"{self.last}.{name}" for name in ("weight", "bias"))}
        self._adapters = LowRankAdapters(self.module, whole, seed=seed, name=self._spec.id)

    def groups(self) -> list[Group]:
        """Return the weights to train: all at one rate, the head was fitted before; adapters are faster."""
        faster = self._adapters.names if self._adapters else frozenset[str]()
        named = [(n, w) for n, w in self.module.named_parameters() if w.requires_grad]
        parts = [[pair for pair in named if (pair[0] in faster) is is_faster] for is_faster in (False, True)]
        peaks = (self.peak * self.rate, self.learning_rate)
        return [
            Group(tuple(n for n, _ in part), tuple(w for _, w in part), peak)
            for part, peak in zip(parts, peaks, strict=True)
            if part
        ]

    @property
    def learning_rate(self) -> float:
        """Peak learning rate of all weights, or of the adapters."""
        return self.peak * self.rate * (LORA_RATE if self._adapters else 1.0)

    def train(self) -> None:
        """Enter training mode."""
        self.module.train()
        if self._adapters:
            self._adapters.keep_statistics()

    def state(self) -> dict[str, torch.Tensor]:
        """Return what training changes, by name: all weights and statistics, or adapters and head."""
        own = state_of(self.module)
        if self._adapters is None:
            return own
        return {name: own[name] for name, weight in self.module.named_parameters() if weight.requires_grad}

    @property
    def reader(self) -> Reader:
        """How it reads samples."""
        return self._reader

    def outputs(self, samples: Sequence[Prepared]) -> torch.Tensor:
        """Run the network: differentiable float32 outputs of shape (n, n_outputs)."""
        results: dict[int, torch.Tensor] = {}
        for members in self._groups_of(samples):
            logits = self.module(**self._tensors([samples[i] for i in members])).logits.float()
            results.update(zip(members, logits, strict=True))
        return torch.stack([results[i] for i in range(len(samples))])

    def _groups_of(self, samples: Sequence[Prepared]) -> list[list[int]]:
        """Split samples into those that may share a forward pass."""
        groups: dict[Any, list[int]] = {}
        for index, sample in enumerate(samples):
            groups.setdefault(self._reader.group_of(sample), []).append(index)
        return list(groups.values())

    def _tensors(self, samples: Sequence[Prepared]) -> dict[str, torch.Tensor]:
        """Pad samples to one batch on the device."""
        rows = [sample.rows[0] for sample in samples]
        arrays, _ = stack_padded(rows, self._reader.pad_values, self._padding_side)
        # A copy: backward crashes in torch on pictures of one channel whose strides a transposition left.
        tensors = {n: torch.from_numpy(a) for n, a in arrays.items() if n in self._reader.inputs}
        return {
            name: torch.empty_like(t, memory_format=torch.contiguous_format).copy_(t).to(self.device)
            for name, t in tensors.items()
        }

    def find_last(self, samples: Sequence[Prepared], seed: int) -> None:
        """Find the linear layer that gives the outputs, by running the network on some samples.

        Raises
        ------
        UnsupportedModelError
            If the outputs are not those of one linear layer.
        """
        with torch.inference_mode():
            self.module.eval()
            for name, layer in self._candidates():
                kept = {key: value.clone() for key, value in layer.state_dict().items()}
                redraw(layer, seed)
                with Watch(layer) as watch:
                    outputs = self.outputs(samples[:1])
                if not torch.isfinite(outputs).all():
                    raise UnsupportedModelError(
                        f"The outputs of {self._spec.id!r} hold NaN or infinity before any training."
                    )
                if watch.gave(outputs):
                    self.last = name
                    return
                layer.load_state_dict(kept)
        raise UnsupportedModelError(
            f"The outputs of {type(self.module).__name__} are not those of one linear layer, so its head "
            "cannot be fitted."
        )

    def put_head(self, weight: FloatArray, bias: FloatArray | None) -> None:
        """Give the last layer its weights."""
        layer = self.last_layer
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight))
            if layer.bias is not None and bias is not None:
                layer.bias.copy_(torch.from_numpy(bias))

    def save(self, folder: Path) -> None:
        """Save weights and configuration, as transformers loads them; adapters become part of the weights."""
        model: Any = self._adapters.merge() if self._adapters else self.module
        model.save_pretrained(folder)

    def overlay(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Replace some weights and buffers by those of a state."""
        own = state_of(self.module)
        with torch.no_grad():
            for name, tensor in weights.items():
                own[name].copy_(tensor)

    def _candidates(self) -> list[tuple[str, torch.nn.Linear]]:
        """Linear layers of the right width, the last one first."""
        width = len(self.config.id2label)
        layers = [
            (name, part)
            for name, part in self.module.named_modules()
            if isinstance(part, torch.nn.Linear) and part.out_features == width
        ]
        return layers[::-1]

    @property
    def last_layer(self) -> torch.nn.Linear:
        """The linear layer that gives the outputs."""
        layer = self.module.get_submodule(self.last)
        assert isinstance(layer, torch.nn.Linear)  # noqa: S101 - found as one
        return layer

    @property
    def has_bias(self) -> bool:
        """Whether the last layer has a bias."""
        return getattr(self.last_layer, "bias", None) is not None

    def head_inputs(self, samples: Sequence[Prepared]) -> torch.Tensor:
        """Run the network: what its last layer reads of each sample, (n, d)."""
        results: dict[int, torch.Tensor] = {}
        for members in self._groups_of(samples):
            with Watch(self.last_layer) as watch:
                logits = self.module(**self._tensors([samples[i] for i in members])).logits
            results.update(zip(members, watch.inputs_of(logits), strict=True))
        return torch.stack([results[i] for i in range(len(samples))])
