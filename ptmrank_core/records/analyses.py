"""What a run does after its first ranking."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EVERY_ANALYSIS", "Analyses"]


@dataclass(frozen=True, slots=True)
class Analyses:
    """What is done with the cached features once every cell is decided; none of it delays a score.

    Parameters
    ----------
    half_samples
        Half-samples of each voting metric, from which rank intervals come; ``None`` for as many as its cost
        allows (100, none where it iterates), 0 for none, any other number for every one of them.
    probe
        Whether a linear probe and k-NN are fitted to the features of each model.
    sample_sizes
        Whether the models are scored on fewer samples too: would more labels change the order? ``None`` for
        where that takes a minute at most.
    controls
        Whether permuted labels, untrained models and plain features are scored for comparison.
    fine_tune
        How many of the best models are trained for real; 0 for none.
    fine_tune_seconds
        Time for that, of all of them together.
    projections
        Whether the best models' embeddings are brought to the plane, and their pairs of classes told apart.
    """

    half_samples: int | None = None
    probe: bool = True
    sample_sizes: bool | None = None
    controls: bool = False
    fine_tune: int = 0
    fine_tune_seconds: float = 300.0
    projections: bool = True


EVERY_ANALYSIS = Analyses()
