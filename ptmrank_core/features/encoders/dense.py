"""Dense layers on a CPU: oneDNN's product, with the activation in the same pass. Imports torch.

In float32 torch computes a dense layer with MKL, which has its fastest kernels only for the processors of one
maker, copies the bias into the output first, and leaves the activation to another pass over the widest array
of the model. oneDNN, which comes with torch, does all of it in one pass: the compiler of torch uses it in a
frozen model, and it can be called without the compiler. The sums are taken in another order, so that values
differ only by rounding.
"""

from __future__ import annotations

import inspect
import platform
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import nn
from transformers.activations import GELUActivation, GELUTanh, NewGELUActivation, SiLUActivation

__all__ = ["OneDnnLinear", "fuse_linear_layers"]

X86 = frozenset({"x86_64", "AMD64"})
# Largest difference, relative to the mean magnitude, at which two outputs in a format count as equal.
ROUNDING = {torch.float32: 1e-4, torch.bfloat16: 2e-2}
# oneDNN generates a kernel for each new shape in about a millisecond: too long for a smaller layer.
MIN_WEIGHTS = 2**14
# oneDNN's name of an activation, and of its formula if there are several.
NO_ACTIVATION = ("none", "")
GELU, GELU_TANH = ("gelu", "none"), ("gelu", "tanh")
ACTIVATIONS: dict[type[nn.Module], tuple[str, str]] = {
    GELUActivation: GELU,
    GELUTanh: GELU_TANH,
    NewGELUActivation: GELU_TANH,
    SiLUActivation: ("swish", ""),
    nn.ReLU: ("relu", ""),
    nn.SiLU: ("swish", ""),
}
# The same functions in torch, which has their gradients.
DIFFERENTIABLE: dict[tuple[str, str], Callable[[torch.Tensor], torch.Tensor]] = {
    NO_ACTIVATION: lambda output: output,
    GELU: nn.functional.gelu,
    GELU_TANH: partial(nn.functional.gelu, approximate="tanh"),
    ("swish", ""): nn.functional.silu,
    ("relu", ""): nn.functional.relu,
}
TRIAL_SHAPE = (2, 8)


class OneDnnLinear(nn.Linear):
    """A dense layer that oneDNN computes, with the weights, and their names, of the layer it replaces.

    Attributes
    ----------
    activation
        The activation in the same pass: oneDNN's names of the function and of its formula.
    """

    activation = NO_ACTIVATION

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002 - torch's own name
        """Compute the layer and its activation; with torch if a gradient is needed, which oneDNN lacks."""
        if torch.is_grad_enabled() and (self.weight.requires_grad or input.requires_grad):
            return DIFFERENTIABLE[self.activation](super().forward(input))
        function, formula = self.activation
        output: torch.Tensor = torch.ops.mkldnn._linear_pointwise(  # noqa: SLF001 - has no public name
            input, self.weight, self.bias, function, [], formula
        )
        return output


def fuse_linear_layers(model: nn.Module) -> None:
    """Let oneDNN compute the dense layers of a loaded model on its device.

    A layer is left unchanged if oneDNN is missing or has no kernel for its format on this processor, if the
    model runs on another device or in another format, and if the layer is of a subclass or small. An
    activation is fused into its layer if a trial shows that the module that contains both then gives the same
    output.

    Parameters
    ----------
    model
        In evaluation mode. It is changed in place.
    """
    if not _has_onednn():
        return
    for module in model.modules():
        # A subclass may compute something else, and other code may read its weights.
        if type(module) is nn.Linear and _is_worthwhile(module.weight):
            module.__class__ = OneDnnLinear
    for module in list(model.modules()):
        _join_activations(module)


def _has_onednn() -> bool:
    return (
        platform.machine() in X86
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call] # torch's own
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    )


def _is_worthwhile(weight: torch.Tensor) -> bool:
    on_processor = weight.device.type == "cpu" and weight.dtype in ROUNDING
    return on_processor and weight.numel() >= MIN_WEIGHTS and _has_kernels(weight.dtype)


def _has_kernels(dtype: torch.dtype) -> bool:
    """Whether oneDNN computes in a format here: without AVX-512 it has no products in bfloat16, torch has."""
    return dtype is not torch.bfloat16 or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001


def _formula(module: nn.Module) -> tuple[str, str] | None:
    """Return oneDNN's name of an activation; ``None`` if it does not know the module."""
    if type(module) is nn.GELU:
        return GELU_TANH if module.approximate == "tanh" else GELU
    return ACTIVATIONS.get(type(module))


def _join_activations(parent: nn.Module) -> None:
    """Fuse the activations among the children of a module into the layers that they follow."""
    children = dict(parent.named_children())
    layers = [child for child in children.values() if type(child) is OneDnnLinear]
    activations = {name: child for name, child in children.items() if _formula(child)}
    if not layers or not activations or not _takes_one_tensor(parent):
        return
    for name, activation in activations.items():
        for layer in layers:
            if layer.activation == NO_ACTIVATION and _try_joined(parent, layer, name, activation):
                break


def _takes_one_tensor(module: nn.Module) -> bool:
    parameters = inspect.signature(module.forward).parameters.values()
    needed = [one for one in parameters if one.default is one.empty]
    return len(needed) == 1 and needed[0].kind is needed[0].POSITIONAL_OR_KEYWORD


def _try_joined(parent: nn.Module, layer: OneDnnLinear, name: str, activation: nn.Module) -> bool:
    """Fuse an activation into a layer; undo it if the module that contains both gives another output."""
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(*TRIAL_SHAPE, layer.in_features, generator=generator).to(layer.weight.dtype)
    before = _output(parent, inputs)
    if before is None:
        return False
    layer.activation = _formula(activation) or NO_ACTIVATION
    setattr(parent, name, nn.Identity())
    after = _output(parent, inputs)
    if after is not None and _is_same(before, after):
        return True
    layer.activation = NO_ACTIVATION
    setattr(parent, name, activation)
    return False


def _output(module: nn.Module, inputs: torch.Tensor) -> torch.Tensor | None:
    """Call a module; ``None`` if it needs other inputs than the layer."""
    try:
        with torch.inference_mode():
            output: Any = module(inputs)
    except RuntimeError:
        return None
    return output if isinstance(output, torch.Tensor) and output.dtype in ROUNDING else None


def _is_same(first: torch.Tensor, second: torch.Tensor) -> bool:
    """Whether outputs differ only by rounding: a misplaced activation changes them by far more."""
    if first.shape != second.shape:
        return False
    difference, size = (first.float() - second.float()).abs().mean(), first.float().abs().mean()
    return bool(difference <= ROUNDING[first.dtype] * size)
