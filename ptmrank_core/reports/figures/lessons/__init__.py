"""Figures of the Learn page: a scene, who puts which candidate first, and sweeps of a setting."""

from ptmrank_core.reports.figures.lessons.comparison import comparison_figure, comparison_table
from ptmrank_core.reports.figures.lessons.scene import reach_of, scene_figure, scene_table
from ptmrank_core.reports.figures.lessons.sweep import sweep_figure, sweep_table

__all__ = [
    "comparison_figure",
    "comparison_table",
    "reach_of",
    "scene_figure",
    "scene_table",
    "sweep_figure",
    "sweep_table",
]
