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
from dashboard.wording import tell_faults

__all__ = ["PAGES", "Page"]


class Page(NamedTuple):
    """A page: what draws it, its title, and whether only links lead to it."""

    draw: Callable[[], None]
    title: str
    is_hidden: bool = False


PAGES = {
    "start": Page(tell_faults(start), "Start"),
    "samples": Page(tell_faults(samples), "Samples"),
    "candidates": Page(tell_faults(candidates), "Candidates"),
    "metrics": Page(tell_faults(metrics), "Metrics"),
    "run": Page(tell_faults(run), "Run"),
    "results": Page(tell_faults(results), "Results"),
    "runs": Page(tell_faults(runs), "Runs"),
    "compare": Page(tell_faults(compare), "Compare", is_hidden=True),
    "cache": Page(tell_faults(cache), "Cache"),
    "learn": Page(tell_faults(learn), "Learn"),
    "about": Page(tell_faults(about), "About"),
}
"""Address -> page; the first one is shown where the address names none."""
