"""The pages of the dashboard: a package for each, in the order of the navigation."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dashboard.views.about.page import page as about
from dashboard.views.cache.page import page as cache
from dashboard.views.candidates.page import page as candidates
from dashboard.views.compare.page import page as compare
from dashboard.views.learn.page import page as learn
from dashboard.views.metrics.page import page as metrics
from dashboard.views.results.page import page as results
from dashboard.views.run.page import page as run
from dashboard.views.runs.page import page as runs
from dashboard.views.samples.page import page as samples
from dashboard.views.start.page import page as start

__all__ = ["PAGES", "Page"]


class Page(NamedTuple):
    """A page: what draws it, its title, and whether only links lead to it."""

    draw: Callable[[], None]
    title: str
    is_hidden: bool = False


PAGES = {
    "start": Page(start, "Start"),
    "samples": Page(samples, "Samples"),
    "candidates": Page(candidates, "Candidates"),
    "metrics": Page(metrics, "Metrics"),
    "run": Page(run, "Run"),
    "results": Page(results, "Results"),
    "runs": Page(runs, "Runs"),
    "compare": Page(compare, "Compare", is_hidden=True),
    "cache": Page(cache, "Cache"),
    "learn": Page(learn, "Learn"),
    "about": Page(about, "About"),
}
"""Address -> page; the first one is shown where the address names none."""
