"""Adapters of the Hub: fetched with the base model that they name, or refused before any weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.adapter_checkpoints import adapter_files
from tests.checkpoints import save_checkpoint
from tests.hub_client import Answer, ask
from tests.loopback_hub import HubRepository, LoopbackHub, loopback_hub

pytest.importorskip("peft", reason="needs the extra peft")
ORDERS = {
    "lora": {"model": "org/lora"},
    "again": {"model": "org/lora"},
    "pinned": {"model": "org/lora-pinned"},
    "both": {"model": "org/both"},
    "elsewhere": {"model": "org/elsewhere"},
    "pickled": {"model": "org/pickled"},
    "lost": {"model": "org/lost"},
    "twice": {"model": "org/twice"},
}


def repositories(folder: Path) -> dict[str, HubRepository]:
    """A base, adapters of it, and those that cannot be used."""
    base = HubRepository.of(save_checkpoint(folder / "base"))
    pickled = adapter_files("org/base")
    pickled["adapter_model.bin"] = pickled.pop("adapter_model.safetensors")
    return {
        "org/base": base,
        "org/lora": HubRepository({**adapter_files("org/base"), "README.md": b"# card"}),
        "org/lora-pinned": HubRepository(adapter_files("org/base", revision=base.commit)),
        "org/both": HubRepository({**base.files, **adapter_files("org/base")}),
        "org/elsewhere": HubRepository(adapter_files(str(folder / "base"))),
        "org/pickled": HubRepository(pickled),
        "org/lost": HubRepository(adapter_files("org/gone")),
        "org/twice": HubRepository(adapter_files("org/lora")),
    }


@dataclass
class Done:
    """What came of the orders, and what the hub saw."""

    answers: dict[str, Answer]
    offline: Answer
    hub: LoopbackHub
    commits: dict[str, str]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    """All orders, done by one process with one cache; then one without a network."""
    folder, cache = tmp_path_factory.mktemp("models"), tmp_path_factory.mktemp("cache")
    offered = repositories(folder)
    with loopback_hub(offered) as hub:
        answers = ask(list(ORDERS.values()), hub.endpoint, cache)
        [offline] = ask([{"model": "org/lora"}], hub.endpoint, cache, HF_HUB_OFFLINE="1")
    commits = {name: repository.commit for name, repository in offered.items()}
    yield Done(dict(zip(ORDERS, answers, strict=True)), offline, hub, commits)
    shutil.rmtree(cache)


def test_an_adapter_comes_with_its_base(done: Done) -> None:
    """Both at a commit; of the adapter what merging reads, of the base what a model needs; without torch."""
    answer = done.answers["lora"]
    assert answer["revision"] == done.commits["org/lora"]
    assert answer["files"] == ["adapter_config.json", "adapter_model.safetensors"]
    base = answer["base"]
    assert (base["name"], base["revision"], base["kind"]) == ("org/base", done.commits["org/base"], "LORA")
    assert "org/base/model.safetensors" in done.hub.served
    assert answer["bytes"][-1][0] == answer["bytes"][-1][1]
    assert set(answer["stages"]) == {"resolve", "download"}
    assert not any(own["torch"] for own in done.answers.values())
    assert "org/lora/README.md" not in done.hub.served


def test_it_is_fetched_once_and_found_without_a_network(done: Done) -> None:
    """The same folders again, online and offline."""
    first = done.answers["lora"]
    assert [done.answers["again"][name] for name in ("path", "base")] == [first["path"], first["base"]]
    assert len(done.hub.sent["org/base/model.safetensors"]) == 1
    assert [done.offline[name] for name in ("path", "base")] == [first["path"], first["base"]]


def test_the_revision_of_a_base_is_kept(done: Done) -> None:
    """An adapter that names a commit of its base gets that one."""
    assert done.answers["pinned"]["base"]["revision"] == done.commits["org/base"]


def test_an_adapter_beside_full_weights_is_told_and_not_fetched(done: Done) -> None:
    """The repository is the plain model."""
    answer = done.answers["both"]
    assert (answer["base"], answer["spare_adapter"]) == (None, True)
    assert not [path for path in done.hub.served if path.startswith("org/both/adapter")]


@pytest.mark.parametrize(
    ("order", "error", "message"),
    [
        ("elsewhere", "UnsupportedModelError", "which is not on this machine"),
        (
            "pickled",
            "WeightsFormatError",
            "has no adapter_model.safetensors (found: adapter_model.bin, which",
        ),
        (
            "lost",
            "ModelNotFoundError",
            "'org/lost' is a PEFT (LoRA) adapter of 'org/gone'. There is no",
        ),
        ("twice", "UnsupportedModelError", "which is an adapter itself"),
    ],
)
def test_what_cannot_be_used_is_refused(done: Done, order: str, error: str, message: str) -> None:
    """A folder of another machine is not looked for here, though one of that name is there."""
    answer = done.answers[order]
    assert (answer.get("error"), message in answer["message"]) == (error, True), json.dumps(answer)


def test_the_weights_of_an_adapter_that_is_refused_are_not_fetched(done: Done) -> None:
    """Its small files show that it cannot be used."""
    assert "org/elsewhere/adapter_config.json" in done.hub.served
    assert "org/elsewhere/adapter_model.safetensors" not in done.hub.served
