"""Where a model of the Hub is described: the address of its page. Nothing is asked of the Hub."""

from __future__ import annotations

import re

from ptmrank_core.records import ModelSpec

__all__ = ["hub_page", "page_of"]

ID = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", re.ASCII)


def hub_page(model_id: str) -> str | None:
    """Write the address of a model's page; ``None`` where the name is no id of the Hub."""
    from huggingface_hub import constants  # noqa: PLC0415 - only Hub models need it

    return f"{constants.ENDPOINT}/{model_id}" if ID.fullmatch(model_id) else None


def page_of(spec: ModelSpec) -> str | None:
    """Write the address of a model's page; ``None`` for whatever is not a candidate of the Hub."""
    return hub_page(spec.id) if spec.source == "hub" and spec.control is None else None
