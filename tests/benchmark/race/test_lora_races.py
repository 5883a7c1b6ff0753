"""Races that train low-rank adapters: asked for, refused, judged, told, saved and repeated."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from ptmrank_core.benchmark import RunStore, read_card, run_here
from ptmrank_core.benchmark.race.asking import decide
from ptmrank_core.cli import main
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError
from ptmrank_core.records import Race, RaceDose, RunResult, RunState, Samples
from ptmrank_core.reports.html import html_report
from ptmrank_core.results import rank_result
from ptmrank_core.results.race import race_of, race_story, stage_titles
from ptmrank_core.sampling import draw_three_parts
from ptmrank_core.worker import SOURCES
from tests.benchmark.race.replaying import Moments, Recorded, replay
from tests.benchmark.race.test_real_races import last_result, race_words
from tests.benchmark.runs import stored_plan

AUTO = {
    "image": (transformers.AutoImageProcessor, transformers.AutoModelForImageClassification),
    "text": (transformers.AutoTokenizer, transformers.AutoModelForSequenceClassification),
    "audio": (transformers.AutoFeatureExtractor, transformers.AutoModelForAudioClassification),
}
CURVES = {"a-good": Recorded(0.55, 0.95, 2.0), "b-weak": Recorded(0.5, 0.6, 1.0)}


def accuracy_of(folder: Path, samples: Samples) -> float:
    """Test a saved model with transformers alone, one sample at a time."""
    processor_class, model_class = AUTO[samples.modality]
    processor, model = processor_class.from_pretrained(folder), model_class.from_pretrained(folder).eval()
    guessed = []
    for item in samples.items:
        decoded = item.decode()
        if samples.modality == "audio":
            inputs = processor(decoded.samples, sampling_rate=decoded.rate, return_tensors="pt")
        elif samples.modality == "text":
            inputs = processor(decoded, truncation=True, return_tensors="pt")
        else:
            inputs = processor(images=decoded, return_tensors="pt")
        with torch.inference_mode():
            guessed.append(int(model(**inputs).logits.argmax()))
    return float(np.mean(np.array(guessed) == samples.labels))


@pytest.mark.parametrize(
    "modality", ["image", *(pytest.param(own, marks=pytest.mark.slow) for own in ("text", "audio"))]
)
def test_a_race_by_adapters_saves_what_it_tells(
    settings: Settings, tmp_path: Path, modality: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The winner's folder loads as any other and gives the told accuracy; all say how it was trained."""
    pytest.importorskip("peft", reason="needs the extra peft")
    best, out = tmp_path / "best", tmp_path / "out"
    words = [*race_words(tmp_path, modality, "classification"), "--lora", "--save-best", str(best)]
    assert main([*words, "--out", str(out), "--json"]) == 0
    payload = json.loads(capsys.readouterr().out)
    result = last_result(settings)
    race = result.contents(Race)[""]
    assert race.final is not None
    samples = SOURCES.load_samples(result.plan.samples_source, result.plan.reading)
    judging = draw_three_parts(samples, seed=result.plan.seed).judging
    assert accuracy_of(best, samples.take(judging)) == pytest.approx(race.final.value)
    assert not list(best.glob("*adapter*"))
    card = (best / "README.md").read_text(encoding="utf-8")
    assert "Low-rank adapters (LoRA: Hu et al. 2021, arXiv:2106.09685; rank 8, alpha 16, no dropout)" in card
    assert "LoRA" in (best / "continue_training.py").read_text(encoding="utf-8")
    assert payload["race"]["lora"] is True
    assert any("trained by LoRA" in sentence for sentence in payload["race"]["sentences"])
    assert read_card(out / "card.json").plan.analyses.lora
    assert "trained by LoRA" in html_report(result, rank_result(result))


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "--lora says how a race trains, and no race was asked for."),
        (
            ("--decide", "1"),
            "Training by LoRA needs the package peft, which is not installed. Install the extra: pip install",
        ),
    ],
)
def test_it_is_refused_before_samples_are_looked_for(
    monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a race, and without the package."""
    monkeypatch.setitem(sys.modules, "peft", None)
    assert main(["rank", "--samples", "nowhere", "--lora", *more]) == 2
    assert said in capsys.readouterr().err


def planned(settings: Settings, pictures: Path, models: Path, *, lora: bool) -> str:
    """A ranked run, asked for a race of 120 s."""
    plan = stored_plan(settings, pictures, models, ["logme"])
    analyses = replace(plan.analyses, half_samples=0, projections=False, references=False, sample_sizes=False)
    RunStore(settings).replan(replace(plan, analyses=analyses))
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    decide(RunStore(settings), settings, plan.run_id, 120.0, lora=lora)
    return plan.run_id


def result_of(settings: Settings, run: str, moments: Moments | None = None) -> RunResult:
    """Do the race on recorded curves."""
    sources = replace(SOURCES, make_trainer=replay(CURVES, moments))
    assert run_here(run, settings, sources=sources) is RunState.FINISHED
    return RunStore(settings).result(run)


@pytest.mark.usefixtures("_recorded_facts")
@pytest.mark.parametrize("lora", [True, False])
def test_every_dose_trains_what_was_asked_for(
    settings: Settings, pictures: Path, models: Path, monkeypatch: pytest.MonkeyPatch, *, lora: bool
) -> None:
    """So do the tasks of a race that is given more time, whatever is asked for then."""
    monkeypatch.setattr("ptmrank_core.benchmark.race.lora.has_peft", lambda: True)
    run, moments = planned(settings, pictures, models, lora=lora), Moments()
    result = result_of(settings, run, moments)
    assert {task.lora for task in moments.tasks} == {lora}
    decide(RunStore(settings), settings, run, 30.0, lora=not lora)
    more = Moments()
    result_of(settings, run, more)
    assert more.tasks
    assert {task.lora for task in more.tasks} == {lora}
    so_far = race_of(result)
    assert so_far is not None
    assert any("LoRA" in sentence for sentence in race_story(so_far)) is lora
    assert ("adapters" in stage_titles(so_far)["full"]) is lora


@pytest.mark.usefixtures("_recorded_facts")
def test_a_run_that_was_planned_elsewhere_says_what_is_missing(
    settings: Settings, pictures: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked here it is refused; resumed without the package the race fails alone, with the reason."""
    monkeypatch.setattr("ptmrank_core.benchmark.race.lora.has_peft", lambda: True)
    run = planned(settings, pictures, models, lora=True)
    monkeypatch.setattr("ptmrank_core.benchmark.race.lora.has_peft", lambda: False)
    result = result_of(settings, run)
    assert not result.contents(RaceDose)
    [problem] = result.problems(Race).values()
    assert "Training by LoRA needs the package peft, which is not installed." in problem
    with pytest.raises(InputError, match="needs the package peft"):
        decide(RunStore(settings), settings, run, 60.0, lora=True)
