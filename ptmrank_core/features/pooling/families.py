"""What is to be known of a family of models before it is loaded, and which vector of its output to take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

__all__ = ["DEFAULT_FAMILY", "Family"]


@dataclass(frozen=True, slots=True)
class Family:
    """One row of the pooling table.

    Parameters
    ----------
    rule
        Name of the pooling rule.
    config
        Settings of the configuration that are replaced before loading.
    padding_invariant
        Whether padding with a mask leaves a sample's vector as it is; where it does not, a batch holds
        samples of one length.
    head_rule
        Name of the pooling rule of checkpoints with a classification head, where it is another.
    call
        How the model is called: ``"forward"``, or the name of a way that the encoder knows.
    arguments
        Constants that a headless model takes besides the sample.
    backbone
        Part of a model with a head whose output is pooled; empty for its ``base_model``.
    unused
        Parts that the call does not touch: they are dropped after loading.
    """

    rule: str
    config: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    padding_invariant: bool = True
    head_rule: str | None = None
    call: str = "forward"
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    backbone: str = ""
    unused: tuple[str, ...] = ()


# A family that is not in the table: the pooler where there is one, else the mean over the real positions.
DEFAULT_FAMILY = Family("auto")
