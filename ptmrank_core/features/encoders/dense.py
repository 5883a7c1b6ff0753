"""Dense layers on a processor: oneDNN's product, with the activation in the same pass. Imports torch.

In float32 torch gives a dense layer to its BLAS library, MKL, which keeps its quickest kernels to one maker's
processors, copies the bias into the output first and leaves the activation a pass of its own over the widest
array of the model. oneDNN comes with torch as well and does all of it at once: it is what torch's compiler
writes into a frozen model, but needs no compiler to be called. The sums are the same in another order, so
values differ by rounding alone.
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
# By how much of its mean size an output in a format may differ, and be the same.
ROUNDING = {torch.float32: 1e-4, torch.bfloat16: 2e-2}
# oneDNN writes a kernel for each new shape, which takes it a millisecond: too long for what is this small.
MIN_WEIGHTS = 2**14
# Names by which oneDNN knows an activation, and of the formula where there are several.
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
# The same of torch, which knows its gradient.
DIFFERENTIABLE: dict[tuple[str, str], Callable[[torch.Tensor], torch.Tensor]] = {
    NO_ACTIVATION: lambda output: output,
    GELU: nn.functional.gelu,
    GELU_TANH: partial(nn.functional.gelu, approximate="tanh"),
    ("swish", ""): nn.functional.silu,
    ("relu", ""): nn.functional.relu,
}
TRIAL_SHAPE = (2, 8)


class OneDnnLinear(nn.Linear):
    """A dense layer that oneDNN computes; its weights, and their names, are those of the layer it was.

    Attributes
    ----------
    activation
        What follows in the same pass: oneDNN's names of the function and of its formula.
    """

    activation = NO_ACTIVATION

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002 - torch's own name
        """Compute the layer and its activation; by torch where a gradient is wanted, which oneDNN has not."""
        if torch.is_grad_enabled() and (self.weight.requires_grad or input.requires_grad):
            return DIFFERENTIABLE[self.activation](super().forward(input))
        function, formula = self.activation
        output: torch.Tensor = torch.ops.mkldnn._linear_pointwise(  # noqa: SLF001 - has no public name
            input, self.weight, self.bias, function, [], formula
        )
        return output


def fuse_linear_layers(model: nn.Module) -> None:
    """Let oneDNN compute the dense layers of a loaded model that has come to its device.

    A layer is left alone where oneDNN is not there, where the model runs elsewhere or in another format, and
    where it is a class of its own or small. An activation joins its layer where a trial shows that the module
    that holds both gives the same with it.

    Parameters
    ----------
    model
        In evaluation mode. It is changed in place.
    """
    if not _has_onednn():
        return
    for module in model.modules():
        # A subclass may do something else, and somebody else may read its weights.
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
    return on_processor and weight.numel() >= MIN_WEIGHTS


def _formula(module: nn.Module) -> tuple[str, str] | None:
    """Tell oneDNN's name of an activation; ``None`` where a module is none that it knows."""
    if type(module) is nn.GELU:
        return GELU_TANH if module.approximate == "tanh" else GELU
    return ACTIVATIONS.get(type(module))


def _join_activations(parent: nn.Module) -> None:
    """Join the activations among a module's children to the layers that they follow."""
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
    """Join an activation to a layer; undo it where the module that holds both then gives another output."""
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
    """Call a module; ``None`` where it reads something else than this layer's input."""
    try:
        with torch.inference_mode():
            output: Any = module(inputs)
    except RuntimeError:
        return None
    return output if isinstance(output, torch.Tensor) and output.dtype in ROUNDING else None


def _is_same(first: torch.Tensor, second: torch.Tensor) -> bool:
    """Whether outputs differ by rounding alone: an activation in the wrong place moves them by far more."""
    if first.shape != second.shape:
        return False
    difference, size = (first.float() - second.float()).abs().mean(), first.float().abs().mean()
    return bool(difference <= ROUNDING[first.dtype] * size)
