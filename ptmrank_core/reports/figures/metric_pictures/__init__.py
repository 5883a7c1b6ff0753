"""What each metric sees, drawn from its intermediate quantities: one module for each metric, named as it is.

Nothing of a metric is computed here: every number comes from ``ptmrank_core.metrics.metric_intermediates``.
"""

from ptmrank_core.reports.figures.metric_pictures.parts.drawing import (
    Picture,
    draw_metric,
    is_of_one_class,
    pictured_metrics,
)
from ptmrank_core.reports.figures.metric_pictures.parts.view import View, Words

__all__ = ["Picture", "View", "Words", "draw_metric", "is_of_one_class", "pictured_metrics"]
