"""Models as people bring them, on the command line: ranked with a note, or refused with what to do."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file, save_file

from ptmrank_core.cli import main
from tests.language_checkpoints import WORDS, save_language_model
from tests.ready_made import save_features

pytestmark = pytest.mark.usefixtures("home")
OWN_CODE = "The model brings its own code, which is not run here: scores may not be its own."
PLAIN = ("--metrics", "logme,hscore", "--intervals", "0", "--no-probe", "--no-references", "--no-projections")


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Texts of two classes with words of their own."""
    draw = random.Random(0)  # noqa: S311 - samples of a test
    rows = [
        f"{' '.join(draw.choices(WORDS[:12] if row % 2 else WORDS[12:28], k=6))},{'ab'[row % 2]}"
        for row in range(24)
    ]
    path = tmp_path / "texts.csv"
    path.write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    return path


def with_code(folder: Path) -> Path:
    """A checkpoint whose config names a class of its own beside a family that transformers knows."""
    save_language_model(folder, "bert", seed=1)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["auto_map"] = {"AutoModel": "modeling_own.Own"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "modeling_own.py").write_text("raise SystemExit('it ran')", encoding="utf-8")
    return folder


def rank(texts: Path, *models: Path, more: tuple[str, ...] = ()) -> int:
    """Rank models on the texts."""
    names = ",".join(map(str, models))
    words = ["--task", "text-classification", "--samples", str(texts), "--models", names]
    return main(["rank", *words, *PLAIN, *more])


def test_code_of_its_own_is_told_in_every_output(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the terminal, in the JSON, in the tables and on the page of the report."""
    models = (save_language_model(tmp_path / "plain", "bert"), with_code(tmp_path / "coded"))
    report, out = tmp_path / "report", tmp_path / "out"
    assert rank(texts, *models, more=("--report", str(report), "--out", str(out))) == 0
    assert f"note: coded: {OWN_CODE}" in capsys.readouterr().out
    payload = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert OWN_CODE in payload["notes"]["coded"]
    assert OWN_CODE not in payload["notes"]["plain"]
    card = (out / "card.json").read_text(encoding="utf-8")
    assert OWN_CODE in card
    pages = [path.read_text(encoding="utf-8") for path in report.rglob("*.html")]
    assert len(pages) == 1
    assert OWN_CODE in pages[0]
    (ranking,) = report.rglob("ranking.csv")
    (row,) = [line for line in ranking.read_text(encoding="utf-8").splitlines() if OWN_CODE in line]
    assert "coded" in row


def test_two_folders_of_one_name_are_ranked(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each has a row, under the name of its parent."""
    models = [save_language_model(tmp_path / run / "best", "bert", seed=i) for i, run in enumerate("xy")]
    assert rank(texts, *models, more=("--json",)) == 0
    payload = json.loads(capsys.readouterr().out)
    assert set(payload["models"]) == {"x/best", "y/best"}
    assert set(payload["ranking"]["order"]) == {"x/best", "y/best"}


def _point(folder: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
    (folder / "model.safetensors").write_text(pointer, encoding="utf-8")


def _quantise(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["quantization_config"] = {"quant_method": "gptq", "bits": 4}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def _become_gguf(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-Q8_0.gguf")


def _wrap(folder: Path) -> None:
    weights = {f"module.{name}": w for name, w in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _misname(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"hidden_act": "magic"}), encoding="utf-8")


def _widen(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"intermediate_size": 30}), encoding="utf-8")


SPOILT: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "pointer": (_point, "model.safetensors of pointer is a Git LFS pointer", "Run git lfs pull"),
    "quantised": (_quantise, "are quantised (GPTQ, 4 bits)", "Choose the model that it was made from"),
    "gguf": (_become_gguf, "That is GGUF", "Give the model that it was made from"),
    "wrapped": (_wrap, "(module.embeddings", "under the names that the model expects"),
    "misnamed": (_misname, "cannot be built from its config.json: KeyError", "choose another model"),
    "wide": (_widen, "is [24, 16], expected [30, 16]", "from one and the same model"),
}


def test_models_that_cannot_be_read_are_told_with_what_to_do(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are ranked; each reason stands there to its end, and none is called unexpected."""
    models = [save_language_model(tmp_path / name, "bert") for name in ("plain", *SPOILT)]
    for folder in models[1:]:
        SPOILT[folder.name][0](folder)
    assert rank(texts, *models) == 0
    said = capsys.readouterr().out
    for name, (_, what, remedy) in SPOILT.items():
        (line,) = [line for line in said.splitlines() if line.startswith(f"{name} under logme failed")]
        assert what in line
        assert remedy in line
    assert "unexpected" not in said
    assert "timm" not in said


@pytest.mark.parametrize("asked", [("--fine-tune", "2"), ("--decide", "1")])
def test_training_of_features_is_refused_before_the_run(
    asked: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Features have no weights: nothing is computed first."""
    for name in "ab":
        save_features(tmp_path / "features" / f"{name}.npz")
    assert main(["rank", "--features", str(tmp_path / "features"), *asked]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "nothing here can be trained: the models are ready-made features" in err
