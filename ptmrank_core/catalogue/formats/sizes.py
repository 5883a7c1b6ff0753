"""Sizes in a config against those of the weights, before anything is built from it.

A config is a few numbers that anybody can write: a network of a million layers, or of a vocabulary of a
trillion, would fill the memory before the first weight is read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ptmrank_core.errors import UnsupportedModelError

__all__ = ["refuse_oversized"]

# A network has at least one tensor for each layer, unless its layers share their weights: so many may.
MOST_SHARED = 1000
# What a layer's width may be beyond the number of weights: sizes that are no width of a tensor are small.
MOST_WIDTH = 10**6
MOST_SUMMED = 10**18  # so that sums of whole numbers of any length with others stay numbers
MOST_SIGNS = 40
_AT_LEAST_ONE = (
    "hidden_size",
    "num_attention_heads",
    "n_embd",
    "n_head",
    "d_model",
    "patch_size",
    "num_channels",
)
_AT_LEAST_NONE = re.compile(r"(num|n)_(\w+_)?(layers?|blocks|stages|heads|labels)|(en|de)coder_layers|depths")
_COUNT = re.compile(r"(num_|n_|\w+_)?(layers?|depths?|stages|blocks|groups)(_\w+)?")
_WIDTH = re.compile(
    r"(\w*_)?(size|sizes|dim|dims|dimension|channels|heads|embd|inner|labels|classes|buckets|experts|features"
    r"|embeddings|positions|kernel|stride|pos_embeddings)|d_(model|ff|kv)|max_\w*position\w*"
)
# No tensor has these sizes in many families: positions that are computed, chunks of sound or text, limits.
_NO_WIDTH = re.compile(r".*(max|chunk|block|window|buffer|batch|cache|context|sliding|length).*")


def refuse_oversized(config: Mapping[str, Any], name: str, *, n_tensors: int, n_parameters: int) -> None:
    """Refuse a config that asks for a network far larger than its weights.

    Parameters
    ----------
    config
        The content of ``config.json``.
    name
        The model in messages.
    n_tensors, n_parameters
        Of the files with its weights.

    Raises
    ------
    UnsupportedModelError
        With the entry, its value and the largest that the weights allow.
    """
    for key, value in _numbers(config):
        short = key.rpartition(".")[2]
        least = 1 if short in _AT_LEAST_ONE else 0 if _AT_LEAST_NONE.fullmatch(short) else -math.inf
        if value < least:
            raise UnsupportedModelError(
                f"{key} in config.json of {name} is {_say(value)}; expected at least {least}.",
                hint="Copy config.json again from the model.",
            )
        if _COUNT.fullmatch(short):
            most = max(MOST_SHARED, n_tensors)
        elif _WIDTH.fullmatch(short):
            most = max(10**9 if _NO_WIDTH.fullmatch(short) else MOST_WIDTH, n_parameters)
        else:
            continue
        if value > most:
            raise UnsupportedModelError(
                f"{key} in config.json of {name} is {_say(value)}, and its weights hold {n_tensors:,} "
                f"tensors with {n_parameters:,} parameters: expected at most {most:,}.",
                hint="Copy config.json and the weights from one and the same model.",
            )


def _numbers(config: Mapping[str, Any], prefix: str = "", depth: int = 3) -> Iterator[tuple[str, float]]:
    """List the numbers of a config by name, those of its parts and the sums of lists too."""
    for key, value in config.items():
        if isinstance(value, Mapping) and depth and key not in {"id2label", "label2id"}:
            yield from _numbers(value, f"{prefix}{key}.", depth - 1)
        elif isinstance(value, list):
            yield f"{prefix}{key}", sum(min(one, MOST_SUMMED) for one in value if _is_number(one))
        elif _is_number(value):
            yield f"{prefix}{key}", value


def _say(value: float) -> str:
    text = str(value)
    return text if len(text) <= MOST_SIGNS else f"a number of {len(text):,} digits"


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return not math.isnan(value)
    return isinstance(value, int) and not isinstance(value, bool)
