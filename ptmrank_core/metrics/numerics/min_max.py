"""Components of several models, scaled over the models and added up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from ptmrank_core.errors import MetricInputError

__all__ = ["Components", "join_min_max"]

# Model -> name of a component -> value.
Components: TypeAlias = Mapping[str, Mapping[str, float]]


def join_min_max(
    components: Components,
    weights: Mapping[str, float],
    scale: Components | None = None,
) -> dict[str, float]:
    """Add up components, each scaled so that its least value over the models is 0 and its greatest 1.

    Parameters
    ----------
    components
        For each model its components by name; other components than those in ``weights`` are passed over.
    weights
        Of each component in the sum.
    scale
        The components whose least and greatest values count 0 and 1; by default ``components``.

    Returns
    -------
    dict
        A number for each model, at most the sum of the weights where they set the scale themselves. A
        component that is equal for all models counts 0.

    Raises
    ------
    MetricInputError
        A model lacks a component.
    """
    scale = components if scale is None else scale
    if incomplete := [
        model for model, parts in {**scale, **components}.items() if not weights.keys() <= parts.keys()
    ]:
        raise MetricInputError(
            f"Expected {' and '.join(weights)} of every model, not so for {', '.join(incomplete)}."
        )
    total = dict.fromkeys(components, 0.0)
    for name, weight in weights.items():
        values = [parts[name] for parts in scale.values()]
        least, greatest = min(values, default=0.0), max(values, default=0.0)
        for model, parts in components.items():
            if greatest > least:
                total[model] += weight * (parts[name] - least) / (greatest - least)
    return total
