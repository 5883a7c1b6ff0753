"""Convolutions that some processors get wrong in half precision give what float32 gives."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from ptmrank_core.features.encoders.convolutions import patch_small_convolutions


def cosine(first: torch.Tensor, second: torch.Tensor) -> float:
    """Cosine between two arrays as they lie in memory."""
    flat = (first.float().flatten(), second.float().flatten())
    return float(nn.functional.cosine_similarity(*flat, dim=0))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize(
    ("kind", "channels", "options", "size"),
    [
        (nn.Conv1d, 8, {"kernel_size": 8, "stride": 8}, (200,)),
        (nn.Conv1d, 64, {"kernel_size": 128, "padding": 64, "groups": 16}, (50,)),
        (nn.Conv1d, 2, {"kernel_size": 32}, (999,)),
        (nn.Conv2d, 16, {"kernel_size": 4, "stride": 4}, (56, 56)),
        (nn.Conv2d, 12, {"kernel_size": 8, "stride": 3}, (56, 56)),
        (nn.Conv2d, 3, {"kernel_size": 16, "stride": 16}, (64, 64)),
        (nn.Conv2d, 64, {"kernel_size": 3}, (14, 14)),
        (nn.Conv3d, 24, {"kernel_size": 4, "stride": 4}, (8, 8, 8)),
    ],
)
def test_half_precision_is_near_float32(
    kind: Any, channels: int, options: dict[str, Any], size: tuple[int, ...], dtype: torch.dtype
) -> None:
    """Those that were seen to go wrong, the neighbours that were not, and the large ones."""
    torch.manual_seed(0)
    full = kind(channels, 32, **options).eval()
    inputs = torch.randn(2, channels, *size)
    half = kind(channels, 32, **options).eval()
    half.load_state_dict(full.state_dict())
    model = nn.Sequential(half.to(dtype))
    patch_small_convolutions(model)
    with torch.inference_mode():
        found = model(inputs.to(dtype))
        assert found.dtype == dtype
        assert cosine(found, full(inputs)) > 0.999


def test_what_is_right_is_left_alone() -> None:
    """In float32, with an odd or a large number of channels, or a narrow kernel, nothing is wrapped."""
    model = nn.Sequential(
        nn.Conv1d(8, 8, 8),
        nn.Conv2d(3, 8, 16, dtype=torch.bfloat16),
        nn.Conv2d(32, 8, 4, dtype=torch.bfloat16),
        nn.Conv2d(16, 8, 3, dtype=torch.bfloat16),
    )
    patch_small_convolutions(model)
    assert not any("_conv_forward" in vars(module) for module in model)
