"""A dashboard for everybody to try: it works on demo samples with demo models, and on nothing else.

The pages do not offer anything else then; here it is refused, whatever a page or a stored run asks for.
"""

from __future__ import annotations

from dashboard.jobs.home import settings
from ptmrank_core.data import DEMO_SAMPLES
from ptmrank_core.errors import InputError
from ptmrank_core.records import BUILT_IN_REFERENCES, RunPlan

__all__ = ["is_demo_only", "require_demo_plan", "require_demo_source", "require_open"]

HINT = "Install PTMRank on a machine of your own to rank models for your own samples."


def is_demo_only() -> bool:
    """Whether this dashboard shows the demos alone."""
    return settings().demo_only


def require_open(what: str) -> None:
    """Refuse something that the demos do not need, such as "files", where there is nothing else.

    Raises
    ------
    InputError
        If this dashboard shows the demos alone.
    """
    if is_demo_only():
        raise InputError(f"This dashboard shows the demos alone: it takes no {what}.", hint=HINT)


def require_demo_source(source: str) -> None:
    """Refuse samples that are no demo samples, where there is nothing else.

    Raises
    ------
    InputError
        If this dashboard shows the demos alone.
    """
    if source not in DEMO_SAMPLES:
        require_open("other samples")


def require_demo_plan(plan: RunPlan) -> None:
    """Refuse a run that reads or loads anything but the demos, where there is nothing else.

    Raises
    ------
    InputError
        If this dashboard shows the demos alone.
    """
    require_demo_source(plan.samples_source)
    encoder = () if plan.label_encoder is None else (plan.label_encoder,)
    if any(spec.source != "demo" for spec in (*plan.models, *encoder)):
        require_open("other models")
    if plan.source_samples is not None or plan.reference_source not in {None, *BUILT_IN_REFERENCES.values()}:
        require_open("other samples")
