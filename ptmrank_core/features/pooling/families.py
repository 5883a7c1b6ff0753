"""A row of the pooling table: how a family of models is loaded, called and pooled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

__all__ = ["DEFAULT_FAMILY", "Family"]


@dataclass(frozen=True, slots=True)
class Family:
    """One row of the pooling table.

    Parameters
    ----------
    rule
        Name of the pooling rule.
    config
        Settings of the configuration that are overridden before loading.
    padding_invariant
        Whether a sample's vector is the same with padding and a mask; if not, a batch holds samples of one
        length.
    head_rule
        Pooling rule of checkpoints with a classification head, if it differs.
    call
        How the model is called: ``"forward"``, or a name that the encoder knows.
    arguments
        Constant arguments of a headless model besides the sample.
    backbone
        Submodule of a model with a head whose output is pooled; empty for its ``base_model``.
    unused
        Submodules that the call does not use; they are dropped after loading.
    reserved_positions
        Position embeddings that no token uses: RoBERTa counts positions from the padding's id on.
    padding_side
        Where padding goes. The side in a checkpoint's tokenizer is meant for generating text, not for reading
        it: only XLNet's head needs the left.
    in_half
        Whether it runs in half precision; if not, it runs in float32 whatever is asked for.
    """

    rule: str
    config: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    padding_invariant: bool = True
    head_rule: str | None = None
    call: str = "forward"
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    backbone: str = ""
    unused: tuple[str, ...] = ()
    reserved_positions: int = 0
    padding_side: Literal["left", "right"] = "right"
    in_half: bool = True


# For a family that is not in the table: its pooler if it has one, else the mean over the real positions.
DEFAULT_FAMILY = Family("auto")
