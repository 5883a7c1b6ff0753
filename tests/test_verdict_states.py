"""The answer of whole runs, state by state, in the same sentences wherever it is shown."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ptmrank_core.benchmark import SHIPPED_RUN, RunStore, shipped_store
from ptmrank_core.cli import main
from ptmrank_core.config import Settings
from ptmrank_core.records import ProbeResult, RunResult, RunState
from ptmrank_core.reports import rank_payload, rank_text
from ptmrank_core.reports.html import html_report
from ptmrank_core.results.partial import partial_ranking
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.ranking import rank_result
from ptmrank_core.results.verdict import verdict_of
from tests.dashboard.serving import APP
from tests.flowers import flowers_zip
from tests.waiting import PATIENCE_SECONDS

N_SAMPLES, N_FEATURES, N_CLASSES = 180, 12, 3
CODES = np.arange(N_SAMPLES) % N_CLASSES


@dataclass(frozen=True)
class Told:
    """A run, and what it says on the command line, in its JSON, in its report and on its page."""

    run: RunResult
    payload: Mapping[str, Any]
    text: str
    report: str

    @property
    def verdict(self) -> Mapping[str, Any]:
        """The verdict of the JSON."""
        verdict: Mapping[str, Any] = self.payload["verdict"]
        return verdict


def features(strength: float, seed: int, width: int = N_FEATURES) -> np.ndarray:
    """Features that tell the classes apart the better, the larger the strength; 0 is noise."""
    noise = np.random.default_rng(seed).normal(size=(N_SAMPLES, width))
    return noise + strength * np.eye(width)[CODES]


def write_features(folder: Path, models: Mapping[str, np.ndarray], labels: np.ndarray = CODES) -> list[str]:
    """Write one file for each model; return how the command line names them."""
    folder.mkdir(parents=True)
    for name, values in models.items():
        np.savez(folder / f"{name}.npz", embeddings=values, labels=labels)
    return ["--features", str(folder)]


def tell(words: Sequence[str], folder: Path, settings: Settings, capsys: pytest.CaptureFixture[str]) -> Told:
    """Rank on the command line, without maps of samples, and read everything that it wrote."""
    capsys.readouterr()
    written = ["--no-projections", "--out", str(folder / "out"), "--report", str(folder / "report")]
    assert main(["rank", *words, *written]) == 0
    [(plan, _)] = RunStore(settings).recent()
    return Told(
        RunStore(settings).result(plan.run_id),
        json.loads((folder / "out" / "result.json").read_text(encoding="utf-8")),
        capsys.readouterr().out,
        next((folder / "report").glob("*.html")).read_text(encoding="utf-8"),
    )


def plain(text: str) -> str:
    """Text without the marks of HTML, Markdown and direction, and with single spaces."""
    bare = html.unescape(re.sub(r"<[^>]+>", "", re.sub(r":\w+\[(.*?)\]", r"\1", text)))
    return " ".join(strip_bidi(bare.replace("**", "").replace("\\", "")).split())


def page_of(run_id: str) -> str:
    """All that the results page of a run says."""
    st.cache_resource.clear()
    st.cache_data.clear()
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS).run()
    app.button(key="finished" if run_id == SHIPPED_RUN else f"open-{run_id}").click().run()
    assert not app.exception
    said = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.success]
    return plain("\n".join(str(element.value) for element in said))


def assert_said_alike(told: Told) -> None:
    """Every sentence of the verdict stands on the command line, in the report and on the page."""
    page, report, text = page_of(told.run.plan.run_id), plain(told.report), plain(told.text)
    for sentence in map(plain, told.verdict["sentences"]):
        assert sentence in text
        assert sentence in report
        assert sentence in page


SYNTHETIC: Mapping[str, tuple[Mapping[str, np.ndarray], str]] = {
    "recommended": (
        {"clear": features(2.0, 1), "middling": features(1.0, 2), "faint": features(0.7, 3)},
        "clear",
    ),
    "tied": ({"one": features(1.2, 1), "two": features(1.2, 2), "three": features(1.2, 3)}, ""),
    "near_ceiling": ({"one": features(6.0, 1), "two": features(5.5, 2), "weak": features(1.0, 3)}, ""),
    "none_suits": ({"one": features(0.0, 1), "two": features(0.0, 2), "three": features(0.0, 3)}, ""),
    "one_candidate": ({"alone": features(2.0, 1)}, "alone"),
}


@pytest.mark.parametrize("kind", SYNTHETIC)
def test_each_state_is_told_alike_everywhere(
    kind: str, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Features that are made to give an answer give it, in the same sentences wherever it is shown."""
    models, first = SYNTHETIC[kind]
    told = tell(write_features(tmp_path / "f", models), tmp_path, settings, capsys)
    assert told.verdict["kind"] == kind
    assert not first or told.verdict["models"] == [first]
    assert_said_alike(told)


def test_two_models_are_told_apart(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two models are enough for an answer."""
    models = {"clear": features(2.0, 1), "faint": features(0.7, 2)}
    told = tell(write_features(tmp_path / "f", models), tmp_path, settings, capsys)
    assert (told.verdict["kind"], told.verdict["models"]) == ("recommended", ["clear"])


def test_nothing_is_recommended_on_permuted_labels(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Labels that belong to other samples leave no candidate that suits, however wide or scaled it is."""
    labels = np.random.default_rng(5).permutation(CODES)
    models = {
        "clear": features(3.0, 1),
        "wide": features(3.0, 2, width=400),
        "large": 1000 * features(3.0, 3),
        "faint": features(0.5, 4),
    }
    told = tell(write_features(tmp_path / "f", models, labels), tmp_path, settings, capsys)
    assert (told.verdict["kind"], told.verdict["models"]) == ("none_suits", [])
    assert_said_alike(told)


# Saturated metrics, a sure one and a variant; other choices, and all at once, in the slow tier.
@pytest.mark.parametrize(
    "metrics",
    [
        *("logme", "hscore:plain"),
        *(
            pytest.param(own, marks=pytest.mark.slow)
            for own in ("all", "nleep,hscore", "etran", "gbc,leep", "emms,sfda")
        ),
    ],
)
def test_equal_noise_is_never_told_apart(
    metrics: str, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Five models of pure noise are one tie, or have no intervals, under any choice of metrics."""
    rng = np.random.default_rng(0)
    models = {f"m{i}": rng.normal(size=(200, 128)) for i in range(5)}
    words = write_features(tmp_path / "f", models, np.arange(200) % 4)
    told = tell([*words, "--metrics", metrics], tmp_path, settings, capsys)
    assert told.verdict["kind"] in {"none_suits", "tied"}
    assert told.verdict["models"] == [] or len(told.verdict["models"]) == len(models)
    if told.payload["ranking"]["intervals"]:
        assert [sorted(group) for group in told.payload["ranking"]["ties"]] == [sorted(models)]
    for intervals in told.payload["ranking"]["metric_intervals"].values():
        if intervals["intervals"]:
            assert [sorted(group) for group in intervals["ties"]] == [sorted(models)]


def test_a_run_at_work_gives_no_imperative(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """While models or probes are still to come, the answer says how far the run is and names nothing."""
    models, _ = SYNTHETIC["recommended"]
    told = tell(write_features(tmp_path / "f", models), tmp_path, settings, capsys)
    done = told.run
    first = done.plan.models[0].id
    begun = replace(
        done,
        state=RunState.RUNNING,
        cells=tuple(cell for cell in done.cells if cell.model == first),
        findings=(),
    )
    unprobed = replace(
        done, state=RunState.RUNNING, findings=tuple(f for f in done.findings if f.kind != ProbeResult.KIND)
    )
    for run in (begun, unprobed):
        verdict = verdict_of(run, partial_ranking(run))
        assert (verdict.kind, verdict.models) == ("too_early", ())
    assert "1 of 3" in verdict_of(begun, partial_ranking(begun)).sentences[0]


def test_training_outranks_every_vote(
    zoo: Path, picture_zip: Path, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """After real training the answer names the model that did best, whatever the metrics said."""
    words = ["--task", "image-classification", "--samples", str(picture_zip), "--models", str(zoo)]
    words += ["--metrics", "logme,hscore", "--fine-tune", "2", "--fine-tune-seconds", "8"]
    told = tell(words, tmp_path, settings, capsys)
    assert told.verdict["kind"] == "trained"
    reached = {model: entry["value"] for model, entry in told.payload["fine_tuning"].items()}
    assert told.verdict["reached"] == reached
    best = max(reached.values())
    assert best in {reached[model] for model in told.verdict["models"]}
    assert "You trained two models" in told.verdict["sentences"][0]
    assert_said_alike(told)


@pytest.mark.slow
def test_no_demo_model_suits_the_flowers(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where an untrained network does as well as the best candidate, no candidate suits."""
    samples = flowers_zip(tmp_path / "flowers.zip")
    words = ["--task", "image-classification", "--samples", str(samples), "--models", "demo"]
    told = tell(words, tmp_path, settings, capsys)
    assert (told.verdict["kind"], told.verdict["models"]) == ("none_suits", [])
    assert "demo:convnext-untrained" in told.payload["references"]
    assert "demo:convnext-untrained" not in told.payload["models"]
    assert "demo:convnext-untrained" not in told.payload["ranking"]["order"]
    assert_said_alike(told)


@pytest.mark.usefixtures("home")
def test_the_digits_get_an_answer() -> None:
    """On the demo digits the answer names models that fine-tuning puts near the best, and no control.

    The run that comes along is that of the demo: tests/demo/test_finished.py ranks it anew.
    """
    run = shipped_store().result(SHIPPED_RUN)
    ranking = rank_result(run)
    told = Told(run, rank_payload(run, ranking), rank_text(run), html_report(run, ranking))
    assert told.verdict["kind"] in {"recommended", "tied", "near_ceiling"}
    recorded = told.payload["truths"]["recorded"]["values"]
    assert max(recorded[model] for model in told.verdict["models"]) >= max(recorded.values()) - 0.02
    assert not any("untrained" in model or "shuffled" in model for model in told.verdict["models"])
    assert not any("untrained" in model or "shuffled" in model for model in told.payload["models"])
    assert_said_alike(told)
