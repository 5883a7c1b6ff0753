"""Runs with adapters: merged once, ranked as themselves, told with their base, repeated from the card."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import transformers

from ptmrank_core.benchmark import RunStore
from ptmrank_core.cli import main
from ptmrank_core.config import Settings
from ptmrank_core.features import FeatureCache
from ptmrank_core.records import RunResult
from tests.adapter_checkpoints import save_adapter
from tests.language_checkpoints import save_language_model

pytest.importorskip("peft", reason="needs the extra peft")
QUICK = ("--metrics", "logme", "--intervals", "0", "--no-sample-sizes", "--no-projections", "--no-references")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with a model, the same with an adapter beside it, and that adapter alone."""
    folder = tmp_path / "models"
    base = save_language_model(folder / "base", "bert")
    save_adapter(folder / "lora", base, transformers.AutoModel)
    shutil.copytree(base, folder / "both")
    for path in (folder / "lora").glob("adapter_*"):
        shutil.copyfile(path, folder / "both" / path.name)
    return folder


def command(tmp_path: Path, models: Path) -> list[str]:
    """Rank these models on sentences about cats and dogs."""
    rows = [f"the {'dog' if i % 2 else 'cat'} sat on mat {i},{'ab'[i % 2]}" for i in range(24)]
    table = tmp_path / "texts.csv"
    table.write_text("\n".join(["text,label", *rows]) + "\n", encoding="utf-8")
    words = ["rank", "--task", "text-classification", "--samples", str(table), "--models", str(models)]
    return [*words, "--device", "cpu", "--dtype", "float32", *QUICK, "--json"]


def ranked(words: list[str], settings: Settings, capsys: pytest.CaptureFixture[str]) -> tuple[Any, RunResult]:
    """Rank; return the JSON and the run."""
    assert main(words) == 0
    [(plan, _)] = RunStore(settings).recent(1)
    return json.loads(capsys.readouterr().out), RunStore(settings).result(plan.run_id)


def test_an_adapter_is_ranked_as_itself(
    settings: Settings, tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its score is its own, the model with an adapter beside it scores as the plain one; notes say why."""
    words = [*command(tmp_path, models), "--out", str(tmp_path / "out")]
    payload, result = ranked(words, settings, capsys)
    scores = {name: own["scores"]["logme"]["value"] for name, own in payload["models"].items()}
    assert scores["both"] == scores["base"] != scores["lora"]
    assert payload["notes"]["lora"][0] == "A PEFT (LORA) adapter, merged into base."
    assert "lies beside its weights and is not used" in payload["notes"]["both"][0]
    specs = {model: own.spec for model, own in result.outcomes.items()}
    [merged] = settings.merged_dir.iterdir()
    assert specs["lora"].path == str(merged)
    assert result.environment["peft"]
    assert str(models / "lora") in {spec.path for spec in result.plan.models}
    assert len({spec.revision for spec in specs.values()}) == 3
    made = (merged / "model.safetensors").stat().st_mtime_ns
    again, other = ranked(command(tmp_path, models), settings, capsys)
    assert again["models"]["lora"]["scores"]["logme"]["value"] == scores["lora"]
    assert all(own.report.cache_misses == 0 for own in other.outcomes.values())
    assert (merged / "model.safetensors").stat().st_mtime_ns == made
    assert main(["replay", str(tmp_path / "out" / "card.json"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["equal"]
    with FeatureCache(settings) as cache:
        cache.clear()
    assert not settings.merged_dir.exists()


def test_an_adapter_that_does_not_fit_fails_alone(
    settings: Settings, tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are ranked; the reason is told with the model."""
    config = json.loads((models / "lora" / "adapter_config.json").read_text(encoding="utf-8"))
    wrong = {**config, "target_modules": ["nothing"]}
    (models / "lora" / "adapter_config.json").write_text(json.dumps(wrong), encoding="utf-8")
    payload, _ = ranked(command(tmp_path, models), settings, capsys)
    assert set(payload["ranking"]["order"]) == {"base", "both"}
    failure = payload["models"]["lora"]["failures"]["logme"]
    assert failure["error"] == "UnsupportedModelError"
    assert "The adapter 'lora' cannot be merged into its base model: Target modules" in failure["message"]
    assert not list(settings.merged_dir.glob("*"))
