"""Every number that the rules of the verdict compare with, and why it is this one."""

from __future__ import annotations

__all__ = [
    "CEILING",
    "CEILING_SPREAD",
    "CHANCE_LEVEL",
    "CLEAR_GAP",
    "CLEAR_LEVEL",
    "CONTRADICTION_GAP",
    "CONTRADICTION_LEVEL",
    "FIRST_PLACES",
    "GROUP_CORRELATION",
    "HIGH",
    "MIN_GAIN",
    "MIN_P_BEST",
    "REFERENCE_LEVEL",
    "SEED_SPREAD",
    "TRAINED_ERRORS",
]

# Levels are one-sided and shared among the candidates (Bonferroni): the best of many noisy values is high.

# A candidate suits only if its probe beats a constant guess at this level. With permuted labels at most one
# run in a hundred passes here, and the intervals have to separate its models as well.
CHANCE_LEVEL = 0.01
# And it removes at least this share of the constant guess's errors: a gain of one point in two hundred may be
# significant on many samples and is of no use.
MIN_GAIN = 0.05
# A candidate is better than a reference (untrained weights, pixels, word counts) where it is ahead by one
# standard error, more for the best of several. A stricter level calls real models useless on small data.
REFERENCE_LEVEL = 0.16
# The probe tells two models apart at this level, if they differ by two points as well: the resolution at
# which a top pick counts as right in the benchmarks of the consensus.
CLEAR_LEVEL, CLEAR_GAP = 0.05, 0.02
# The probe agrees with fine-tuning at .56 (weighted tau), the vote at .60, so neither overrules the other
# unless the difference is beyond doubt, and large.
CONTRADICTION_LEVEL, CONTRADICTION_GAP = 0.005, 0.05
# On a target whose probes are above 95 %, most models lie within three points after fine-tuning, and metrics
# and probe agree with it at .1 to .4 only.
CEILING, CEILING_SPREAD = 0.95, 0.03
# From here on, candidates that the probe cannot tell apart at all are as good as at the ceiling.
HIGH = 0.9
# A first model that is more likely not the best than the best is not recommended alone.
MIN_P_BEST = 0.5
# How far losses within a group (speaker, patient) are taken to be correlated where no fold shows it.
GROUP_CORRELATION = 0.1
# Trained models differ where their test accuracies do at 90 %; without test samples to count, where they
# differ by more than one seed of fine-tuning from another (standard deviation of a run on real networks).
TRAINED_ERRORS = 1.645
SEED_SPREAD = 0.011
# A warning of a metric counts where it moves a model into the first places or out of them: as many as the
# next step names to be trained, and nobody acts on the others.
FIRST_PLACES = 3
