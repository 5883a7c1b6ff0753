"""Options of the analyses that a run performs after its first ranking."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EVERY_ANALYSIS", "NO_ANALYSIS", "Analyses"]


@dataclass(frozen=True, slots=True)
class Analyses:
    """Analyses of the cached features, performed once every cell is decided; none of them delays a score.

    Parameters
    ----------
    half_samples
        Number of parts of the samples, three quarters of them each, on which each voting metric is scored to
        obtain rank intervals. ``None``: 60 for metrics without iterations, 20 (10 where that takes long) for
        iterative ones if they weigh much and are quickly scored, otherwise none. 0: none. Any other number:
        for every metric.
    probe
        Whether a linear probe and k-NN are fitted to the features of each model.
    sample_sizes
        Whether the models are also scored on subsets of the samples, to see whether more labels would change
        the order. ``None``: only if that takes a minute at most.
    controls
        Whether permuted labels, untrained models and baseline features are scored for comparison.
    references
        Whether references are probed beside the candidates: features that no model made, an untrained twin,
        and of rows of numbers simple predictors; as far as they take no more than a fifth of the run's time.
    fine_tune
        How many models are fine-tuned, the most promising ones; 0 for none.
    fine_tune_seconds
        Time limit for fine-tuning all of them together.
    decide_seconds
        Time limit for the race that trains the plausible models in growing doses until one is decided on,
        the winner's final training included; 0 for no race.
    lora
        Whether the race trains low-rank adapters (LoRA) and a head instead of all weights; needs the package
        peft.
    projections
        Whether the best models' embeddings are projected to two dimensions, and the separability of each
        pair of classes is measured under these models.
    """

    half_samples: int | None = None
    probe: bool = True
    sample_sizes: bool | None = None
    controls: bool = False
    references: bool = True
    fine_tune: int = 0
    fine_tune_seconds: float = 300.0
    decide_seconds: float = 0.0
    lora: bool = False
    projections: bool = True


EVERY_ANALYSIS = Analyses()
NO_ANALYSIS = Analyses(half_samples=0, probe=False, sample_sizes=False, references=False, projections=False)
