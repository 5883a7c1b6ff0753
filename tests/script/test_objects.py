"""Ranking on what a script has in memory: the whole run, its cache, and going on where it was stopped."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ptmrank_core.benchmark import RunStore, read_card
from ptmrank_core.benchmarker import Benchmarker, BenchmarkResult
from ptmrank_core.cli.replay_inputs import replay_inputs
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples, read_options
from ptmrank_core.errors import InputError, SamplesError, UnclearReadingError
from ptmrank_core.models import Model
from ptmrank_core.records import Analyses, ExtractionOptions, RunState, Score
from ptmrank_core.results.command import rank_command
from tests.data.objects.own import LABELS, RATE, N, numbers, pictures, texts, tones
from tests.guides.guide import ROOT
from tests.pictures import encoded, picture_files, write_zip
from tests.sound_checkpoints import save_sound_model

FAST = ExtractionOptions(device="cpu", dtype="float32", batch_size=4)
NO_ANALYSES = Analyses(half_samples=0, probe=False, projections=False, references=False)
TASK = "image-classification"


def frame() -> pd.DataFrame:
    """Pictures with their labels, made anew."""
    return pd.DataFrame({"photo": pictures(), "animal": LABELS})


def bench(models: Any, home: Path, **settings: Any) -> Benchmarker:
    """A benchmarker of LogME."""
    return Benchmarker(models, home, options=FAST, **({"analyses": NO_ANALYSES, "logme": True} | settings))


def means(samples: list[Any]) -> np.ndarray:
    """Two numbers of a sample of any kind."""
    rows = []
    for sample in samples:
        raw = sample[0] if isinstance(sample, tuple) else sample
        values = (
            [len(raw), raw.count("a"), raw.count("e")] if isinstance(raw, str) else np.asarray(raw).ravel()
        )
        rows.append([np.mean(values), np.std(values)])
    return np.array(rows)


def scores(result: BenchmarkResult) -> dict[str, float]:
    """Values by model."""
    return {cell.model: cell.value for cell in result.result.cells if isinstance(cell, Score)}


def test_a_frame_of_pictures_is_ranked_as_a_folder_of_them(zoo: Path, tmp_path: Path) -> None:
    """A checkpoint in the process of its own gets the same pixels: the scores are equal."""
    for i, image in enumerate(pictures()):
        (tmp_path / "photos" / LABELS[i]).mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / LABELS[i] / f"{i:02}.png").write_bytes(encoded(image))
    models = [str(zoo / "convnext-a"), Model("own", embedding_function=means, version="1")]
    result = bench(models, tmp_path / "home")(TASK, frame())
    of_folder = bench(models, tmp_path / "other")(TASK, tmp_path / "photos")
    assert result.result.state is RunState.FINISHED
    assert scores(result).keys() == {"convnext-a", "own"}
    assert scores(result) == pytest.approx(scores(of_folder), rel=1e-6)
    again = bench(models, tmp_path / "home", hscore=True)(TASK, frame())
    assert [outcome.report.cache_misses for outcome in again.result.outcomes.values()] == [0, 0]


def test_recordings_and_texts_reach_the_process_of_the_models(tmp_path: Path) -> None:
    """Waveforms are carried as they are."""
    folder = save_sound_model(tmp_path / "wav2vec2", "wav2vec2")
    pairs = [((tone, RATE), k) for tone, k in zip(tones(), LABELS, strict=True)]
    result = bench([str(folder)], tmp_path / "home")("audio-classification", pairs)
    assert set(scores(result)) == {"wav2vec2"}


def test_a_run_that_was_stopped_goes_on_with_the_same_call(tmp_path: Path) -> None:
    """Though the frame is another object by then; with other pictures it is another run."""
    calls: list[int] = []

    def stop(batch: list[Any]) -> np.ndarray:
        calls.append(len(batch))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return means(batch)

    models = [
        Model("first", embedding_function=means, version="1"),
        Model("second", embedding_function=stop, version="1"),
    ]
    with pytest.raises(KeyboardInterrupt):
        bench(models, tmp_path)(TASK, frame())
    [(stopped, _)] = RunStore(Settings(home=tmp_path)).recent()
    result = bench(models, tmp_path)(TASK, frame())
    assert result.result.plan.run_id == stopped.run_id
    assert calls == [4, 4, 4, 4]  # the batch that had been done is not run again
    assert len(RunStore(Settings(home=tmp_path)).recent()) == 1
    bench(models, tmp_path)(TASK, frame().iloc[2:])
    assert len(RunStore(Settings(home=tmp_path)).recent()) == 2


def test_what_was_read_is_said_before_anything_is_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Classes with counts, columns, what was left out; before the first model."""
    own = frame()
    own.loc[0, "animal"] = None
    bench([Model("own", embedding_function=means)], tmp_path)(TASK, own)
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert lines[0] == "samples: 11 image samples in 2 classes: dog (6), cat (5)"
    assert lines[1] == "note: Pictures are read from 'photo', labels from 'animal'."
    assert "left out: image:1: no label" in lines
    assert lines[-1] == "[1/1] own"


def test_a_question_is_asked_before_a_run_is_kept(tmp_path: Path) -> None:
    """The answer is a keyword of the call; a keyword about loaded samples goes to the loader."""
    own = frame().rename(columns={"photo": "front"}).assign(side=pictures(N))
    benchmarker = bench([Model("own", embedding_function=means)], tmp_path)
    with pytest.raises(UnclearReadingError, match="file_column='side'"):
        benchmarker(TASK, own)
    assert not list(tmp_path.iterdir())
    assert benchmarker(TASK, own, file_column="side").samples.columns.file == "side"  # type: ignore[union-attr]
    with pytest.raises(InputError, match=r"loaded already; label_columns says.*Give it to the loader"):
        benchmarker(TASK, load_samples("demo:digits"), label_columns="digit")
    with pytest.raises(InputError, match="sampling_rate is for arrays"):
        benchmarker(TASK, "demo:digits", sampling_rate=8_000)


def test_options_hold_for_places_too(tmp_path: Path) -> None:
    """And are kept with the run, so that its card reads the place in the same way."""
    table = tmp_path / "t.csv"
    rows = pd.DataFrame({"text": texts(), "mood": LABELS, "weather": [*LABELS[1:], "cat"], "n": range(N)})
    rows.to_csv(table, index=False)
    benchmarker = bench([Model("own", embedding_function=means, version="1")], tmp_path / "home")
    result = benchmarker("text-classification", str(table), label_columns="weather", max_samples=10)
    reading = result.result.plan.reading
    assert (reading.label_columns, reading.max_samples) == (("weather",), 10)
    assert result.samples.n_samples == 10


def test_what_is_known_of_samples_in_memory_later(tmp_path: Path) -> None:
    """No command can name them; who looks for them is told where they were."""
    result = bench([Model("own", embeddings=numbers())], tmp_path)(TASK, frame())
    plan = result.result.plan
    assert plan.samples_source.startswith("memory:")
    assert rank_command(plan) is None
    with pytest.raises(SamplesError, match=r"in the memory of a script.*Run it again"):
        load_samples(plan.samples_source)
    (tmp_path / "card.json").write_text(json.dumps(result.card()), encoding="utf-8")
    with pytest.raises(InputError, match="in the memory of a script"):
        replay_inputs(read_card(tmp_path / "card.json"), Settings(home=tmp_path))


def test_regression_is_a_matter_of_the_script(tmp_path: Path) -> None:
    """Numbers with a fraction are not silently classes, and integers are as the script says."""
    values = [float(i) + 0.5 for i in range(N)]
    models = [Model("own", embeddings=numbers())]
    with pytest.raises(SamplesError, match=r"is the number 0\.5; expected a class.*regression=True"):
        bench(models, tmp_path)(TASK, list(zip(pictures(), values, strict=True)))
    result = bench(models, tmp_path, regression=True)(TASK, list(zip(pictures(), values, strict=True)))
    assert result.samples.labels.tolist() == values
    integers = list(zip(pictures(), [i % 6 for i in range(N)], strict=True))
    assert len(bench(models, tmp_path)(TASK, integers).samples.class_names) == 6
    numbered = bench(models, tmp_path, regression=True)(TASK, integers)
    assert numbered.samples.target_kind == "regression"


def guide_lines() -> list[str]:
    """The calls that the guide shows under what is ranked on."""
    text = (ROOT / "ptmrank_core/script/README.md").read_text(encoding="utf-8")
    section = text.partition("## What is ranked on")[2].partition("\n## ")[0]
    return [line.strip() for line in section.splitlines() if line.startswith("    benchmarker(")]


@pytest.mark.parametrize("line", guide_lines())
def test_every_example_of_the_guide_runs(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of object is ranked as it stands there."""
    monkeypatch.chdir(tmp_path)
    result = eval(line.partition("  #")[0], _named_in_the_guide(tmp_path))  # noqa: S307 - our own guide
    assert isinstance(result, BenchmarkResult)
    assert scores(result).keys() == {"own"}
    assert result.samples.modality == line.partition("'")[2].partition("-")[0]


def _named_in_the_guide(folder: Path) -> dict[str, Any]:
    """What the examples name; the places that they name are made."""
    import sklearn.datasets  # noqa: PLC0415 - as in the guide
    import torch  # noqa: PLC0415 - the same

    datasets = pytest.importorskip("datasets", reason="needs the extra datasets")
    classes = datasets.ClassLabel(names=["cat", "dog"])
    features = datasets.Features({"image": datasets.Image(), "label": classes})
    own = {"image": pictures(), "label": [0, 1] * (N // 2)}
    data_set = datasets.Dataset.from_dict(own, features=features)
    data_set.save_to_disk(folder / "cats")
    pd.DataFrame(numbers(), columns=list("abcd")).assign(target=LABELS).to_csv("wine.csv", index=False)
    write_zip(folder / "photos.zip", picture_files(3))
    pixels = np.stack([np.asarray(image.resize((12, 12))) for image in pictures()])
    tensors = [torch.from_numpy(image.copy()).permute(2, 0, 1) for image in pixels]
    return {
        "benchmarker": bench([Model("own", embedding_function=means, version="1")], folder / "home"),
        "pandas": pd,
        "datasets": datasets,
        "sklearn": sklearn,
        "frame": frame(),
        "reviews": pd.DataFrame({"review": texts(), "mood": LABELS, "weather": [*LABELS[1:], "cat"]}),
        "parts": datasets.DatasetDict({"train": data_set, "test": data_set}),
        "X": pixels,
        "y": LABELS,
        "rows": numbers(),
        "pictures": pictures(),
        "labels": LABELS,
        "wave": tones()[0],
        "other": tones()[1],
        "waves": tones(),
        "texts": texts(),
        "more": [((tone, 16_000), ["yes", "no"][i % 2]) for i, tone in enumerate(tones()[2:])],
        "torch_dataset": [(tensor, i % 2) for i, tensor in enumerate(tensors)],
    }


def test_the_guide_shows_every_kind_of_object() -> None:
    """And names each keyword that it shows as one that exists."""
    lines = guide_lines()
    assert len(lines) >= 14
    for line in lines:
        for name in re.findall(r"(\w+)=", line):
            read_options({name: 1 if name == "sampling_rate" else "x"})


@pytest.mark.slow
def test_a_race_trains_on_what_is_in_memory(tmp_path: Path) -> None:
    """The process of the models gets the pictures for training too; the result draws the race."""
    own = pd.DataFrame({"photo": pictures(80), "animal": ["cat", "dog"] * 40})
    analyses = Analyses(half_samples=0, projections=False, references=False, decide_seconds=20)
    result = bench(["demo:convnext-colours", "demo:convnext-digits"], tmp_path, analyses=analyses)(TASK, own)
    assert result.result.state is RunState.FINISHED
    assert not [finding.problem for finding in result.result.findings if finding.problem]
    assert len(result.figures.race().data) > 0
