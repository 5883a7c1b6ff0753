"""The Hub's search against a hub on loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hub_client import Answer, ask
from tests.loopback_hub import HubRepository, loopback_hub


def listed(task: str, downloads: int | None, **facts: Any) -> HubRepository:
    """A model that only a search tells of."""
    usual = {"library_name": "transformers", "gated": False, "tags": ["safetensors", "license:mit", task]}
    return HubRepository({}, listing={"pipeline_tag": task, "downloads": downloads} | usual | facts)


MODELS = {
    "org/second": listed("image-classification", 500, config={"model_type": "vit"}),
    "org/first": listed(
        "image-classification",
        900,
        gated="manual",
        safetensors={"parameters": {"F16": 1_000_000, "I64": 2}, "total": 1_000_002},
    ),
    "org/pickled": listed("image-classification", 700, tags=["pytorch"]),
    "org/flow": listed("image-classification", 600, library_name="diffusers"),
    "google/vit-base-patch16-224": listed("image-classification", 100, tags=["safetensors"]),
    "org/other": listed("fill-mask", 1000),
    "org/talk": listed("text-generation", 50, tags=["conversational", "text-generation"]),
}
ORDERS = {
    "all": {"search": "", "task": "image-classification"},
    "two": {"search": "", "task": "image-classification", "limit": 2},
    "vit": {"search": "VIT-base", "task": "image-classification"},
    "joined": {"search": "", "task": "conversational"},
    "down": {"search": "", "task": "image-classification"},
    "busy": {"search": "", "task": "image-classification"},
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Answer]]:
    """All searches, done in one process, with what the hub was asked."""
    with loopback_hub(MODELS) as hub:
        hub.search_statuses = [200, 200, 200, 200, 400, 403]
        done = ask(list(ORDERS.values()), hub.endpoint, tmp_path_factory.mktemp("cache"))
        yield dict(zip(ORDERS, done, strict=True)) | {"asked": {"searches": hub.searches}}


def ids(answer: Answer) -> list[str]:
    """Ids of what was found."""
    return [model["id"] for model in answer["models"]]


def test_the_most_downloaded_of_the_category_come_first(answers: dict[str, Answer]) -> None:
    """Only models of the category, sorted by downloads by the hub itself, as many as were asked for."""
    everything = ids(answers["all"])
    assert everything == ["org/first", "org/pickled", "org/flow", "org/second", "google/vit-base-patch16-224"]
    assert ids(answers["two"]) == everything[:2]
    first = answers["asked"]["searches"][0]
    assert (first["sort"], first["limit"]) == (["downloads"], ["50"])


def test_a_search_is_passed_on(answers: dict[str, Answer]) -> None:
    """The hub itself looks for the word; the facts of the shipped table go with a model that it knows."""
    [model] = answers["vit"]["models"]
    assert model["id"] == "google/vit-base-patch16-224"
    assert (model["width"], model["year"], model["downloads"]) == (768, 2020, 100)


def test_what_the_hub_tells_of_a_model(answers: dict[str, Answer]) -> None:
    """Size, gate, licence, format and library are taken over, each with the month of the downloads."""
    models = {model["id"]: model for model in answers["all"]["models"]}
    first, second = models["org/first"], models["org/second"]
    assert (first["n_parameters"], first["size_bytes"], first["is_gated"]) == (1_000_002, 2_000_016, True)
    assert (second["licence"], second["model_type"], second["is_gated"]) == ("mit", "vit", False)
    assert (second["n_parameters"], second["size_bytes"]) == (None, None)
    assert models["org/pickled"]["has_safetensors"] is False
    assert models["org/flow"]["loader"] == "diffusers"
    assert len(first["downloads_of"]) == len("2026-01")


def test_a_category_that_was_joined_is_asked_for_by_its_tag(answers: dict[str, Answer]) -> None:
    """The Hub has no such category today, and models still carry its name."""
    assert ids(answers["joined"]) == ["org/talk"]


@pytest.mark.parametrize(("order", "status"), [("down", 400), ("busy", 403)])
def test_a_refusal_is_told(answers: dict[str, Answer], order: str, status: int) -> None:
    """An answer that is none names its status and what needs no network."""
    answer = answers[order]
    assert answer["error"] == "DownloadError"
    assert f"status {status}" in answer["message"]
    assert "need no network" in answer["hint"]


def test_without_a_network_the_search_says_so(tmp_path: Path) -> None:
    """Nobody listens at the address, or the client is offline: both are told in words."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    order = [{"search": "", "task": "image-classification"}]
    [closed] = ask(order, nowhere, tmp_path)
    [offline] = ask(order, nowhere, tmp_path, HF_HUB_OFFLINE="1")
    assert closed["error"] == offline["error"] == "DownloadError"
    assert "The Hub cannot be reached" in closed["message"]
    assert "offline" in offline["message"]
