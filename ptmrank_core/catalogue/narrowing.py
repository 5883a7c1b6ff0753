"""Narrowing a list of candidates by what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ptmrank_core.catalogue.candidates import Candidate
from ptmrank_core.catalogue.licences import LicenceClass
from ptmrank_core.catalogue.loading import loading_of

__all__ = ["Narrowing", "narrow"]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What candidates have to be.

    Parameters
    ----------
    search
        Words that the id, the family or the pre-training has to hold, all of them, capitals aside.
    licences
        Classes of licences; empty for any.
    max_parameters
        The largest model; one of unknown size is not shown then. ``None`` for any size.
    loadable
        Whether those are left out that cannot be loaded here, or not without a further package.
    since, min_downloads
        The oldest year, and the fewest downloads in a month; where that is not known, a model is not shown.
    with_head
        Whether only those are shown whose head tells known classes, which some metrics need.
    ids
        The only ones that are shown; ``None`` for any.
    """

    search: str = ""
    licences: frozenset[LicenceClass] = frozenset()
    max_parameters: int | None = None
    loadable: bool = False
    since: int | None = None
    min_downloads: int | None = None
    with_head: bool = False
    ids: Collection[str] | None = None


def narrow(models: Iterable[Candidate], wanted: Narrowing) -> list[Candidate]:
    """Keep the candidates that are what is wanted, in their order."""
    words = wanted.search.lower().split()
    return [model for model in models if _holds(model, words) and _fits(model, wanted)]


def _holds(model: Candidate, words: list[str]) -> bool:
    text = f"{model.id} {model.peatmoss_id or ''} {model.family or ''} {model.pretraining or ''}".lower()
    return all(word in text for word in words)


def _fits(model: Candidate, wanted: Narrowing) -> bool:
    limit, size = wanted.max_parameters, model.n_parameters
    is_small = limit is None or (size is not None and size <= limit)
    is_free = not wanted.licences or model.licence_class in wanted.licences
    is_loadable = not wanted.loadable or loading_of(model).verdict not in {"no", "extra"}
    is_recent = wanted.since is None or (model.year or 0) >= wanted.since
    is_used = wanted.min_downloads is None or (model.downloads or 0) >= wanted.min_downloads
    has_head = not wanted.with_head or bool(model.source_head or model.n_source_classes)
    is_meant = wanted.ids is None or model.id in wanted.ids
    return all((is_small, is_free, is_loadable, is_recent, is_used, has_head, is_meant))
