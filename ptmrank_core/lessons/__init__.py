"""Artificial samples and models that can be made better or worse; what metrics and training say of them."""

from ptmrank_core.lessons.knobs import KNOBS, Knob
from ptmrank_core.lessons.opinions import Opinion, cheap_metrics, score_candidate, slow_metrics
from ptmrank_core.lessons.scene import MOST_CANDIDATES, Candidate, Scene, Task
from ptmrank_core.lessons.world import HeldOut, World, class_counts, make_world

__all__ = [
    "KNOBS",
    "MOST_CANDIDATES",
    "Candidate",
    "HeldOut",
    "Knob",
    "Opinion",
    "Scene",
    "Task",
    "World",
    "cheap_metrics",
    "class_counts",
    "make_world",
    "score_candidate",
    "slow_metrics",
]
