"""Pooling as data: which vector of a model's output stands for a sample.

One row for each family (``model_type`` of its ``config.json``). A family that is not listed gets
``"auto"``. The rule's name is part of the cache key, so changing a row never serves an old vector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ptmrank_core.errors import UnsupportedModelError

if TYPE_CHECKING:
    import torch

__all__ = ["CONFIG_OVERRIDES", "POOLING_BY_FAMILY", "pool", "pooling_rule"]

# Poolers of ViT, DeiT and BERT-like models are a dense layer that checkpoints saved from a classifier do
# not hold: transformers fills it at random. They get a rule that does not touch the pooler.
POOLING_BY_FAMILY: Mapping[str, str] = MappingProxyType(
    {
        "beit": "mean_patches",
        "bit": "pooler",
        "convnext": "pooler",
        "convnextv2": "pooler",
        "data2vec-vision": "mean_patches",
        "deit": "cls",
        "dinov2": "cls",
        "efficientnet": "pooler",
        "focalnet": "pooler",
        "mobilenet_v1": "pooler",
        "mobilenet_v2": "pooler",
        "poolformer": "mean_map",
        "regnet": "pooler",
        "resnet": "pooler",
        "segformer": "mean_map",
        "swin": "pooler",
        "swinv2": "pooler",
        "vit": "cls",
        "vit_mae": "mean_patches",
        "vit_msn": "cls",
    }
)

# ViT-MAE hides three quarters of the picture, drawn at random, unless told not to.
CONFIG_OVERRIDES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {"vit_mae": MappingProxyType({"mask_ratio": 0.0})}
)


def pooling_rule(model_type: str | None) -> str:
    """Name of the rule for a family; ``"auto"`` for one that is not listed."""
    return POOLING_BY_FAMILY.get(model_type or "", "auto")


def _pooler(output: Any) -> torch.Tensor:
    pooled: torch.Tensor = output.pooler_output
    return pooled.flatten(1)


def _cls(output: Any) -> torch.Tensor:
    first: torch.Tensor = output.last_hidden_state[:, 0]
    return first


def _mean_patches(output: Any) -> torch.Tensor:
    mean: torch.Tensor = output.last_hidden_state[:, 1:].mean(1)
    return mean


def _mean_map(output: Any) -> torch.Tensor:
    mean: torch.Tensor = output.last_hidden_state.mean((2, 3))
    return mean


def _auto(output: Any) -> torch.Tensor:
    """Take the pooler where there is one, else the mean over the positions."""
    if getattr(output, "pooler_output", None) is not None:
        return _pooler(output)
    hidden: torch.Tensor = output.last_hidden_state
    if hidden.ndim == 4:
        return _mean_map(output)
    if hidden.ndim == 3:
        return hidden.mean(1)
    raise UnsupportedModelError(
        f"The model's last hidden state has shape {tuple(hidden.shape)}; expected (batch, tokens, width) "
        "or (batch, channels, height, width)."
    )


_RULES: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "auto": _auto,
        "cls": _cls,
        "mean_map": _mean_map,
        "mean_patches": _mean_patches,
        "pooler": _pooler,
    }
)


def pool(output: Any, rule: str) -> torch.Tensor:
    """Pool a model's output to one vector a sample.

    Parameters
    ----------
    output
        Output object of the headless model.
    rule
        Name of a rule.

    Returns
    -------
    torch.Tensor
        Of shape (batch, width).
    """
    pooled: torch.Tensor = _RULES[rule](output)
    return pooled
