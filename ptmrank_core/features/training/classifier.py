"""A checkpoint with a head for the user's classes, as transformers loads it. Imports torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
import transformers

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.device import resolve_device
from ptmrank_core.features.encoders.checkpoint import load_config, read_weights
from ptmrank_core.features.encoders.padding import stack_padded
from ptmrank_core.features.encoders.prepared import Prepared, Preparer
from ptmrank_core.features.pooling import family_of
from ptmrank_core.features.training.averaging import state_of
from ptmrank_core.features.training.networks import Group, count_weights, switch_off
from ptmrank_core.features.training.readers import Reader, reader_of
from ptmrank_core.features.training.schedule import peak_rate
from ptmrank_core.records import ExtractionOptions, FloatArray, ModelSpec, Samples

__all__ = ["AUTO_CLASSES", "PROBLEMS", "Classifier", "output_names"]

AUTO_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "image": "AutoModelForImageClassification",
        "text": "AutoModelForSequenceClassification",
        "audio": "AutoModelForAudioClassification",
    }
)
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "classification": "single_label_classification",
        "regression": "regression",
        "multilabel": "multi_label_classification",
    }
)
INITIAL_SPREAD = 0.02


def output_names(samples: Samples) -> tuple[str, ...]:
    """Names of a network's outputs: classes, labels, or columns of numbers."""
    n_outputs = 1 if samples.labels.ndim == 1 else samples.labels.shape[1]
    return samples.class_names or tuple(
        f"value {k + 1}" if n_outputs > 1 else "value" for k in range(n_outputs)
    )


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
    rate
        Factor on its peak learning rate.
    """

    def __init__(self, spec: ModelSpec, samples: Samples, options: ExtractionOptions) -> None:
        if samples.modality not in AUTO_CLASSES:
            raise UnsupportedModelError(
                f"{spec.id!r} reads {samples.modality} samples: only models of images, texts and recordings "
                "are trained here."
            )
        config = _config_for(spec, samples)
        model, info = _load(spec, config)
        self.drawn = frozenset(_drawn(spec, model, info))
        self.device = resolve_device(options.device)
        self.module: torch.nn.Module = model.to(self.device)
        self.config = model.config
        self._reader: Reader = reader_of(spec, model)
        self.preparer: Preparer = self._reader.preparer
        self._padding_side = family_of(spec).padding_side
        self._spec = spec
        self.peak = peak_rate(count_weights(self.module))
        self.rate = 1.0
        self.last = ""

    def groups(self) -> list[Group]:
        """Return the weights to train, all at one rate: the head has been fitted before."""
        named = [(n, w) for n, w in self.module.named_parameters() if w.requires_grad]
        return [Group(tuple(n for n, _ in named), tuple(w for _, w in named), self.learning_rate)]

    @property
    def learning_rate(self) -> float:
        """Peak learning rate of all weights."""
        return self.peak * self.rate

    def train(self) -> None:
        """Enter training mode."""
        self.module.train()

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
                _redraw(layer, seed)
                with _Watch(layer) as watch:
                    outputs = self.outputs(samples[:1])
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
        """Save weights and configuration, as transformers loads them."""
        model: Any = self.module
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
            with _Watch(self.last_layer) as watch:
                logits = self.module(**self._tensors([samples[i] for i in members])).logits
            results.update(zip(members, watch.inputs_of(logits), strict=True))
        return torch.stack([results[i] for i in range(len(samples))])


def _config_for(spec: ModelSpec, samples: Samples) -> Any:
    """Read a checkpoint's configuration, with the outputs that the samples need."""
    names = output_names(samples)
    config = load_config(spec)
    config.num_labels = len(names)  # PVT keeps the number apart from the names
    config.id2label = dict(enumerate(names))
    config.label2id = {name: number for number, name in config.id2label.items()}
    config.problem_type = PROBLEMS[samples.target_kind]
    # Of the classes of a family the first: that of a distilled DeiT has two heads, which it averages.
    config.architectures = []
    switch_off(config)
    return config


def _load(spec: ModelSpec, config: Any) -> tuple[Any, dict[str, Any]]:
    """Load a checkpoint with a head, whichever weights it holds."""
    loader = getattr(transformers, AUTO_CLASSES[spec.modality])
    try:
        return read_weights(spec, loader, config, torch.float32, ignore_mismatched_sizes=True)
    except UnsupportedModelError as error:
        if "Unrecognized configuration class" not in error.message:
            raise
        raise UnsupportedModelError(
            f"transformers has no {spec.modality} classifier of the family {spec.model_type!r}, so "
            f"{spec.id!r} cannot be trained here.",
            hint="Its features can be ranked all the same; train a head on them.",
        ) from error


def _redraw(layer: torch.nn.Linear, seed: int) -> None:
    """Draw a layer's weights, so that different inputs give different outputs."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(layer.weight.shape, generator=generator) * INITIAL_SPREAD
    layer.weight.copy_(drawn)
    if layer.bias is not None:
        layer.bias.zero_()


class _Watch:
    """Records the inputs and outputs of a layer."""

    def __init__(self, layer: torch.nn.Linear) -> None:
        self._seen: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._layer = layer

    def __enter__(self) -> _Watch:
        self._hook = self._layer.register_forward_hook(
            lambda _layer, inputs, output: self._seen.append((inputs[0], output))
        )
        return self

    def __exit__(self, *_error: object) -> None:
        self._hook.remove()

    def gave(self, logits: torch.Tensor) -> bool:
        """Whether the layer gave these logits, in all or at one position of each sample."""
        if len(self._seen) != 1:
            return False
        output = self._seen[0][1].float()
        if output.ndim == 2:
            return torch.equal(output, logits)
        return output.ndim == 3 and bool((output == logits[:, None]).all(dim=2).any(dim=1).all())

    def inputs_of(self, logits: torch.Tensor) -> torch.Tensor:
        """Return what the layer read where it gave the logits: (n, d)."""
        inputs, output = self._seen[0]
        if output.ndim == 2:
            return inputs.float()
        distance = (output - logits[:, None]).abs().sum(dim=2)
        return inputs[torch.arange(len(inputs)), distance.argmin(dim=1)].float()


def _drawn(spec: ModelSpec, model: Any, info: Mapping[str, Any]) -> list[str]:
    """Names of the weights that a checkpoint lacks; refuse one that lacks weights of the body."""
    mismatched = [str(entry[0] if isinstance(entry, tuple) else entry) for entry in info["mismatched_keys"]]
    drawn = sorted({*info["missing_keys"], *mismatched})
    body = model.base_model
    prefix = f"{model.base_model_prefix}."
    if body is not model:
        lacking = [name for name in drawn if name.startswith(prefix) and "pooler" not in name]
        if lacking:
            raise UnsupportedModelError(
                f"The checkpoint of {spec.id!r} lacks {len(lacking)} weights ({', '.join(lacking[:3])}); "
                "they would be initialised at random.",
                hint="Use a checkpoint that was saved with them, or another model.",
            )
    return drawn
