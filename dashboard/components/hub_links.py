"""Links from models to their pages on the Hub: opened by a click, and nothing is fetched before."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.wording import plain
from ptmrank_core.catalogue import page_of
from ptmrank_core.records import RunResult

__all__ = ["OPEN", "link_model", "pages_of"]

OPEN = "open"  # what a link in a table says


def pages_of(result: RunResult) -> dict[str, str]:
    """Find the page of each candidate of a run that is on the Hub: id -> address."""
    pages = {spec.id: page_of(spec) for spec in result.plan.candidates}
    return {model: page for model, page in pages.items() if page is not None}


def link_model(model: str, pages: Mapping[str, str]) -> str:
    """Write the name of a model, as a link where it has a page; Markdown."""
    name = plain(model)
    return f"[{name}]({pages[model]})" if model in pages else name
