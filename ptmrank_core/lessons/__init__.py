"""Artificial samples and models that can be made better or worse; what metrics and training say of them."""

from ptmrank_core.lessons.comparison import Comparison, View, compare, compare_views
from ptmrank_core.lessons.knobs import KNOBS, Knob
from ptmrank_core.lessons.opinions import (
    Opinion,
    cheap_metrics,
    probe,
    score_candidate,
    score_world,
    slow_metrics,
)
from ptmrank_core.lessons.scene import MOST_CANDIDATES, Candidate, Scene, Task
from ptmrank_core.lessons.sentences import headline
from ptmrank_core.lessons.sweep import Sweep, sweep, sweep_of, sweep_points
from ptmrank_core.lessons.training import Training, train, train_world
from ptmrank_core.lessons.world import HeldOut, World, class_counts, make_world

__all__ = [
    "KNOBS",
    "MOST_CANDIDATES",
    "Candidate",
    "Comparison",
    "HeldOut",
    "Knob",
    "Opinion",
    "Scene",
    "Sweep",
    "Task",
    "Training",
    "View",
    "World",
    "cheap_metrics",
    "class_counts",
    "compare",
    "compare_views",
    "headline",
    "make_world",
    "probe",
    "score_candidate",
    "score_world",
    "slow_metrics",
    "sweep",
    "sweep_of",
    "sweep_points",
    "train",
    "train_world",
]
