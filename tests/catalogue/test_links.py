"""Addresses of models on the Hub."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptmrank_core.catalogue import hub_page, page_of
from ptmrank_core.records import ModelSource, ModelSpec

HUB = ModelSpec(id="microsoft/resnet-50", source="hub", modality="image")
ELSEWHERE: tuple[ModelSource, ...] = ("local", "demo", "features", "columns", "function")


@pytest.mark.parametrize("name", ["microsoft/resnet-50", "gpt2", "a/b_c.d"])
def test_a_model_of_the_hub_has_a_page(name: str) -> None:
    """Its id stands behind the address of the Hub."""
    page = hub_page(name)
    assert page is not None
    assert page.startswith("http")
    assert page.endswith(f"/{name}")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a/b/c",
        "../settings",
        "a/..",
        "javascript:x",
        "//elsewhere.org",
        'a"onclick',
        "a b",
        "a?b",
        "\u00e4/b",
    ],
)
def test_what_is_no_id_has_none(name: str) -> None:
    """A name that a foreign run card brought leads nowhere else."""
    assert hub_page(name) is None


def test_only_candidates_of_the_hub_have_one() -> None:
    """Folders, demo models, features and controls have none, whatever they are called."""
    assert page_of(HUB) == hub_page(HUB.id)
    for source in ELSEWHERE:
        assert page_of(replace(HUB, source=source)) is None
    assert page_of(replace(HUB, control="untrained weights")) is None
