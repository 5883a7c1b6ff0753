"""The real download code against a hub on loopback.

huggingface_hub reads its endpoint when it is imported, so each case runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.checkpoints import save_checkpoint
from tests.loopback_hub import HubRepository, LoopbackHub, loopback_hub

FETCH = """
import json, sys
from ptmrank_core.catalogue import fetch, resolve_models, task_category
from ptmrank_core.errors import PTMRankError
from ptmrank_core.events import Downloaded, StageStarted
events = []
(spec,) = resolve_models(sys.argv[1], task_category("image-classification"))
try:
    spec = fetch(spec, sink=events.append)
    answer = {"revision": spec.revision, "path": spec.path, "licence": spec.licence,
              "classes": spec.n_source_classes}
except PTMRankError as error:
    answer = {"error": type(error).__name__, "message": str(error)}
answer["stages"] = [e.stage for e in events if isinstance(e, StageStarted)]
answer["bytes"] = [[e.done_bytes, e.total_bytes] for e in events if isinstance(e, Downloaded)]
answer["torch"] = "torch" in sys.modules
print(json.dumps(answer))
"""


def fetch_in_process(model: str, hub: LoopbackHub, cache: Path, **environ: str) -> dict[str, Any]:
    """Fetch a model in a new process that knows no hub but this one."""
    environ = {
        **os.environ,
        "HF_ENDPOINT": hub.endpoint,
        "HF_HOME": str(cache),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        **environ,
    }
    done = subprocess.run(
        [sys.executable, "-c", FETCH, model], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> HubRepository:
    """A tiny checkpoint with files beside it that are not needed."""
    folder = save_checkpoint(tmp_path_factory.mktemp("hub") / "model")
    return HubRepository.of(folder, **{"pytorch_model.bin": b"pickle", "README.md": b"# card"})


def test_a_model_is_pinned_and_only_what_is_needed_is_fetched(
    repository: HubRepository, tmp_path: Path
) -> None:
    """The commit is resolved first; config, processor and safetensors come, pickles do not."""
    with loopback_hub({"org/model": repository}) as hub:
        answer = fetch_in_process("org/model", hub, tmp_path)
        assert hub.served == [
            f"org/model/{name}" for name in ("config.json", "preprocessor_config.json", "model.safetensors")
        ]
        assert answer["revision"] == repository.commit
        assert answer["licence"] == "apache-2.0"
        assert answer["classes"] == 3
        assert answer["stages"] == ["resolve", "download"]
        assert answer["torch"] is False
        assert answer["bytes"][-1][0] == answer["bytes"][-1][1]
        hub.served.clear()
        assert fetch_in_process("org/model", hub, tmp_path)["path"] == answer["path"]
        assert hub.served == []
    offline = fetch_in_process("org/model", hub, tmp_path)
    assert offline["revision"] == repository.commit


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        ("org/gone", "ModelNotFoundError", "There is no model 'org/gone' on the Hub"),
        ("org/gated", "GatedModelError", "'org/gated' is gated. Accept its conditions"),
        ("org/pickle", "WeightsFormatError", "no safetensors weights (found: pytorch_model.bin)"),
        ("org/other", "ModelError", "has no config.json"),
    ],
)
def test_what_the_hub_refuses_is_told(
    repository: HubRepository, tmp_path: Path, model: str, error: str, message: str
) -> None:
    """Each reason has its own error and says what to do."""
    files = dict(repository.files)
    pickled = {name: data for name, data in files.items() if name != "model.safetensors"}
    repositories = {
        "org/gated": HubRepository(files, gated=True),
        "org/pickle": HubRepository(pickled),
        "org/other": HubRepository({"README.md": b"# a data set"}),
    }
    with loopback_hub(repositories) as hub:
        answer = fetch_in_process(model, hub, tmp_path)
    assert answer["error"] == error
    assert message in answer["message"]


def test_no_network_and_no_copy_is_told(tmp_path: Path) -> None:
    """A hub that does not answer is named as the reason."""
    with loopback_hub({}) as hub:
        pass
    answer = fetch_in_process("org/model", hub, tmp_path)
    assert answer["error"] == "ModelNotFoundError"
    assert "The Hub cannot be reached, and 'org/model' is not on this machine" in answer["message"]
