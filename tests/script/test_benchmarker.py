"""Ranking from a script: what the benchmarker takes, what it does with it, and what it gives back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ptmrank_core.benchmark import RunStore
from ptmrank_core.benchmarker import Benchmarker, BenchmarkResult
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, RunError, UnknownNameError
from ptmrank_core.examples import load_text_example
from ptmrank_core.metrics import default_metrics, logme
from ptmrank_core.models import Model, Models
from ptmrank_core.records import Analyses, ExtractionOptions, Failure, RunState, Samples, Score, Skipped
from ptmrank_core.results.phrases import strip_bidi
from tests.checkpoints import save_checkpoint

TASK = "image-classification"
FAST = ExtractionOptions(device="cpu", dtype="float32", batch_size=4)
NO_ANALYSES = Analyses(half_samples=0, probe=False, projections=False, sample_sizes=False, references=False)


class Colour:
    """A function of two features that counts its calls, and may raise at the first."""

    def __init__(self, channel: int, trouble: BaseException | None = None) -> None:
        self.channel = channel
        self.trouble = trouble
        self.sizes: list[int] = []

    def __call__(self, pictures: list[Any]) -> np.ndarray:
        """Return two spreads for each picture."""
        if self.trouble is not None:
            raise self.trouble
        self.sizes.append(len(pictures))
        rolled = [
            np.roll(np.asarray(picture, dtype=np.float64), self.channel, axis=2) for picture in pictures
        ]
        return np.stack([pixels[:, :, :2].std(axis=(0, 1)) for pixels in rolled])


def bench(models: Any, home: Path | None = None, **settings: Any) -> Benchmarker:
    """A benchmarker of LogME that does nothing besides."""
    switches = {"logme": True} if not set(settings) & set(default_metrics()) else {}
    return Benchmarker(models, home, **({"options": FAST, "analyses": NO_ANALYSES} | switches | settings))


def scored(result: BenchmarkResult) -> list[str]:
    """Models with a score, in the order in which they were done."""
    return list(dict.fromkeys(cell.model for cell in result.result.cells if isinstance(cell, Score)))


def test_every_kind_of_model_is_ranked_together(samples: Samples, zoo: Path, tmp_path: Path) -> None:
    """A checkpoint, a function and an array beside each other, each with the score of its features."""
    function = Colour(0)
    array = np.random.default_rng(0).normal(size=(18, 5))
    models = Models(
        [
            Model("checkpoint", ckpt=zoo / "convnext-a"),
            Model("function", embedding_function=function),
            Model("array", embeddings=array),
        ]
    )
    result = bench(models, tmp_path)(TASK, samples)
    assert result.result.state is RunState.FINISHED
    values = {cell.model: cell.value for cell in result.result.cells if isinstance(cell, Score)}
    assert values["array"] == pytest.approx(logme(array, samples.labels), rel=1e-12)
    pictures = [item.decode() for item in samples.items]
    own = Colour(0)(pictures).astype(np.float32)
    assert values["function"] == pytest.approx(logme(own, samples.labels), rel=1e-6)
    assert sorted(result.order, key=lambda name: -values[name]) == list(result.order)
    assert function.sizes == [4, 4, 4, 4, 2]


def test_a_result_is_a_table_in_three_ways(samples: Samples, zoo: Path, tmp_path: Path) -> None:
    """It prints below its answer, in a notebook too; a data frame has the same numbers; the run is behind."""
    models = [str(zoo / "vit-headless"), str(zoo / "convnext-a"), "demo:gone"]
    with pytest.raises(UnknownNameError, match="demo model 'demo:gone'"):
        bench(models, tmp_path)(TASK, samples)
    result = bench(models[:2], tmp_path, logme=True, leep=True)(TASK, samples)
    frame = result.to_frame()
    assert repr(result) == str(result)
    answer, table, *_ = str(result).split("\n\n")
    assert answer == strip_bidi("\n".join(result.verdict.sentences))
    assert [line.split()[0] for line in table.splitlines()] == ["model", *frame.index]
    assert "vit-headless under leep does not apply" in str(result)
    assert tuple(frame.index) == result.order == result.ranking.order
    assert list(frame.columns) == [
        *("position", "best_rank", "worst_rank", "mean_rank", "logme", "leep"),
        *("n_parameters", "n_features", "seconds"),
    ]
    assert frame["position"].tolist() == [1, 2]
    for cell in result.result.cells:
        if isinstance(cell, Score):
            assert frame.loc[cell.model, cell.metric] == cell.value
        else:
            assert isinstance(cell, Skipped)
            assert math.isnan(frame.loc[cell.model, cell.metric])
    assert frame["n_parameters"].dtype == pd.Int64Dtype()
    assert frame[["best_rank", "worst_rank"]].isna().all(axis=None)  # no half-samples were asked for


def test_a_frame_says_how_sure_the_order_is(samples: Samples, tmp_path: Path) -> None:
    """Where half-samples were asked for, each model has the ranks that the samples are compatible with."""
    result = bench(arrays(3), tmp_path, analyses=Analyses(half_samples=10, probe=False))(TASK, samples)
    frame = result.to_frame()
    assert result.ranking.intervals is not None
    for model, (best, worst) in result.ranking.intervals.intervals.items():
        assert frame.loc[model, ["best_rank", "worst_rank"]].tolist() == [best, worst]
    assert (frame["best_rank"] <= frame["position"]).all()


def test_a_model_without_a_score_stays_in_the_frame(samples: Samples, tmp_path: Path) -> None:
    """Last, without a position: what is not known is missing, never 0."""
    array = Model("array", embeddings=np.eye(18)[:, :3])
    broken = Model("broken", embedding_function=Colour(0, ValueError("out of paint")))
    result = bench([broken, array], tmp_path)(TASK, samples)
    frame = result.to_frame()
    assert list(frame.index) == ["array", "broken"]
    assert frame.loc["broken", ["position", "mean_rank", "logme", "n_features"]].isna().all()
    assert "broken under logme failed at extract: out of paint" in str(result)


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ({}, default_metrics()),
        ({"logme": True}, ("logme",)),
        ({"leep": True, "gbc": True, "logme": True, "nce": False}, ("logme", "leep", "gbc")),
        ({"wdje": False, "ped": False}, tuple(n for n in default_metrics() if n not in {"wdje", "ped"})),
    ],
)
def test_metrics_have_a_switch_each(switches: dict[str, bool], expected: Sequence[str]) -> None:
    """One that is on excludes all others; where none is on, those that are off are left out."""
    assert set(Benchmarker(["a/b"], **switches).metrics) == set(expected)
    assert len(default_metrics()) == 13


def test_every_metric_can_be_switched_on(samples: Samples, tmp_path: Path) -> None:
    """All thirteen keywords end in a cell of their own."""
    array = Model("array", embeddings=np.random.default_rng(0).normal(size=(18, 4)))
    everything = dict.fromkeys(default_metrics(), True)
    result = bench([array], tmp_path, **everything)(TASK, samples)
    assert [cell.metric for cell in result.result.cells] == list(default_metrics())
    assert not [cell for cell in result.result.cells if isinstance(cell, Failure)]
    assert result.result.plan.label_encoder is not None  # EMMS reads the class names, as on the command line


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"logm": True}, UnknownNameError, "Unknown keyword of Benchmarker 'logm'. Did you mean 'logme'"),
        ({"regresion": True}, UnknownNameError, "Did you mean 'regression'"),
        ({"logme": 1}, InputError, "logme is 1; expected True or False"),
        (dict.fromkeys(default_metrics(), False), InputError, "Every metric is switched off"),
        ({"store_features": " "}, InputError, "store_features is ' '; expected a folder"),
        ({"store_features": True}, InputError, "store_features is True"),
        ({"options": ExtractionOptions(dtype="float8")}, UnknownNameError, "Unknown dtype 'float8'"),
        ({"models": []}, InputError, "There are no models to rank"),
        ({"models": [1]}, InputError, "1 is no model"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(
    settings: dict[str, Any], error: type[InputError], message: str
) -> None:
    """When the benchmarker is made, before anything is loaded."""
    with pytest.raises(error, match=message):
        Benchmarker(**({"models": ["a/b"]} | settings))


def arrays(n: int, n_rows: int = 18) -> list[Model]:
    """Models that are there already: a, b, c ..."""
    rng = np.random.default_rng(n)
    return [Model("abcdefgh"[i], embeddings=rng.normal(size=(n_rows, 3))) for i in range(n)]


def test_only_as_many_are_ranked_as_asked_for(samples: Samples, tmp_path: Path) -> None:
    """The first of the list; all where more are asked for than there are, or no number is given."""
    benchmarker = bench(arrays(4), tmp_path)
    assert scored(benchmarker(TASK, samples, 2)) == ["a", "b"]
    assert scored(benchmarker(TASK, samples, 9)) == list("abcd")
    assert scored(benchmarker(TASK, samples)) == list("abcd")


@pytest.mark.parametrize("how_many", [0, -1, 2.0, True, "2"])
def test_a_number_of_models_that_is_none_is_refused(samples: Samples, tmp_path: Path, how_many: Any) -> None:
    """Before a run is kept."""
    with pytest.raises(InputError, match="how_many is"):
        bench(arrays(2), tmp_path)(TASK, samples, how_many)
    assert not list(tmp_path.iterdir())


def trouble(name: str) -> Model:
    """A model that fails."""
    return Model(name, embedding_function=Colour(0, ValueError("no")))


def test_the_next_candidate_takes_the_place_of_one_that_failed(samples: Samples, tmp_path: Path) -> None:
    """As long as there are any; the failures stay in the table, all in one run."""
    a, b, c, d = arrays(4)
    models = [a, trouble("x"), b, trouble("y"), c, d]
    result = bench(models, tmp_path)(TASK, samples, 3)
    assert scored(result) == ["a", "b", "c"]
    assert [spec.id for spec in result.result.plan.models] == ["a", "x", "b", "y", "c"]
    assert set(result.ranking.unranked) == {"x", "y"}
    assert scored(bench(models, tmp_path / "all")(TASK, samples, 6)) == list("abcd")
    off = bench(models, tmp_path / "off", auto_increment_if_failed=False)(TASK, samples, 3)
    assert scored(off) == ["a", "b"]
    assert len(off.result.plan.models) == 3


def test_ten_failures_in_a_row_end_the_search(samples: Samples, tmp_path: Path) -> None:
    """A long list is not worked through where the network is down; single failures between do not add up."""
    a, b = arrays(2)
    broken = [trouble(f"x{i}") for i in range(12)]
    result = bench([*broken[:6], a, *broken[6:], b], tmp_path)(TASK, samples, 2)
    assert scored(result) == ["a", "b"]
    ended = bench([a, *broken, b], tmp_path / "ended")(TASK, samples, 2)
    assert scored(ended) == ["a"]
    assert len(ended.result.plan.models) == 11


def test_a_metric_that_does_not_apply_makes_room_too(samples: Samples, tmp_path: Path) -> None:
    """A model without any score is not ranked, whatever the reason."""
    result = bench(arrays(3), tmp_path, leep=True)(TASK, samples, 1)
    assert scored(result) == []
    assert len(result.result.plan.models) == 3
    assert result.order == ()


def test_features_and_runs_lie_in_the_folder_given(
    samples: Samples, zoo: Path, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second benchmarker takes its features from there; without a folder they go to the usual home."""
    monkeypatch.chdir(tmp_path)
    model = [str(zoo / "convnext-a")]
    first = bench(model, Path("kept"))(TASK, samples)
    assert first.result.outcomes["convnext-a"].report.cache_misses == 18
    again = bench(model, Path("kept"))(TASK, samples)
    assert again.result.outcomes["convnext-a"].report.cache_misses == 0
    assert len(RunStore(Settings(home=tmp_path / "kept")).recent()) == 2
    assert not settings.home.exists()
    usual = bench(model)(TASK, samples)
    assert RunStore(settings).state(usual.result.plan.run_id) is RunState.FINISHED


def test_a_function_with_a_version_is_called_once(samples: Samples, tmp_path: Path) -> None:
    """Its features are kept under name and version; without one they are not, and nothing is written."""
    kept, unkept = Colour(0), Colour(1)
    models = [
        Model("kept", embedding_function=kept, version="1"),
        Model("unkept", embedding_function=unkept),
    ]
    for _ in range(2):
        bench(models, tmp_path)(TASK, samples)
    assert (sum(kept.sizes), sum(unkept.sizes)) == (18, 36)
    newer = [Model("kept", embedding_function=kept, version="2")]
    bench(newer, tmp_path)(TASK, samples)
    assert sum(kept.sizes) == 36


def test_a_function_without_a_version_is_called_once_in_a_run(samples: Samples, tmp_path: Path) -> None:
    """Whatever is done after the first ranking: no cache keeps its features, the run remembers them."""
    function = Colour(0)
    bench([Model("mine", embedding_function=function)], tmp_path, analyses=Analyses())(TASK, samples)
    assert sum(function.sizes) == 18


def test_embeddings_need_a_row_for_each_sample(tmp_path: Path) -> None:
    """What was left out of the samples is said, for it shifts the rows."""
    pairs = [("good", 1), ("bad", 0), ("good", 1), ("fine", 1), ("poor", 0)]
    with pytest.raises(InputError, match=r"'a' have 5 rows; there are 4 samples\. 1 were left out \(text:3"):
        bench(arrays(1, 5), tmp_path)("text-classification", load_text_example(pairs))


def test_numbers_are_ranked_on_where_regression_is_on(tmp_path: Path) -> None:
    """Loader and benchmarker have to agree; either way round the message says what to do."""
    rng = np.random.default_rng(0)
    numbers = load_text_example([(f"text {i}", i / 7) for i in range(20)], regression=True)
    classes = load_text_example([(f"text {i}", i % 2) for i in range(20)])
    model = [Model("mine", embeddings=rng.normal(size=(20, 3)))]
    result = bench(model, tmp_path, regression=True)("text-classification", numbers)
    assert result.result.samples.target_kind == "regression"
    value = logme(np.asarray(model[0].embeddings), targets=numbers.labels)
    assert result.to_frame().loc["mine", "logme"] == pytest.approx(value, rel=1e-12)
    for samples, is_regression in ((numbers, False), (classes, True)):
        with pytest.raises(InputError, match="regression is"):
            bench(model, tmp_path, regression=is_regression)("text-classification", samples)


def test_samples_may_be_named_as_on_the_command_line(picture_zip: Path, tmp_path: Path) -> None:
    """A zip, a folder, a table or a demo, read as what the task category takes."""
    result = bench(arrays(1), tmp_path)("Image Classification", str(picture_zip))
    assert result.result.plan.samples_source == str(picture_zip)
    assert result.result.plan.task == TASK
    with pytest.raises(InputError, match=r"'the list' has no class left.*Left out: 1 x cannot be read"):
        bench(arrays(1), tmp_path)(TASK, [("a.png", 1)])
    with pytest.raises(InputError, match=r"no_such\.zip"):
        bench(arrays(1), tmp_path)(TASK, tmp_path / "no_such.zip")


def test_a_task_that_does_not_fit_is_refused(samples: Samples, tmp_path: Path) -> None:
    """An unknown one with the nearest; one of another modality with both."""
    with pytest.raises(UnknownNameError, match="Did you mean 'image-classification'"):
        bench(arrays(1), tmp_path)("image-clasification", samples)
    with pytest.raises(InputError, match="Labelled samples cannot rank the models of 'text-to-image'"):
        bench(arrays(1), tmp_path)("text-to-image", samples)
    with pytest.raises(InputError, match="The samples are image; these models read another modality"):
        bench(arrays(1), tmp_path)("text-classification", samples)


def test_a_model_that_is_there_twice_is_ranked_once(samples: Samples, zoo: Path, tmp_path: Path) -> None:
    """A name, a Model and a checkpoint alike."""
    own = Model("own", embeddings=np.eye(18)[:, :4])
    checkpoint = Model("same", ckpt=zoo / "resnet-b")
    again = Model("same", ckpt=str(zoo / "resnet-b"))
    result = bench([own, checkpoint, own, again], tmp_path)(TASK, samples)
    assert scored(result) == ["own", "same"]


def test_folders_of_one_name_take_those_of_their_parents(samples: Samples, tmp_path: Path) -> None:
    """As on the command line: nothing has to be renamed to compare two trainings."""
    for seed, run in enumerate(("first", "second")):
        save_checkpoint(tmp_path / run / "best", seed=seed)
    models = Models([str(tmp_path / run / "best") for run in ("first", "second")])
    result = bench(models, tmp_path / "kept")(TASK, samples)
    assert set(scored(result)) == {"first/best", "second/best"}


def test_checkpoints_of_one_name_are_told_apart_by_their_folders(
    samples: Samples, zoo: Path, tmp_path: Path
) -> None:
    """By the last part of it where that is enough, else by the whole path."""
    models = [Model("net", ckpt=zoo / name) for name in ("convnext-a", "resnet-b")]
    assert scored(bench(models, tmp_path)(TASK, samples)) == ["net (convnext-a)", "net (resnet-b)"]
    twin = tmp_path / "elsewhere" / "convnext-a"
    twin.parent.mkdir()
    twin.symlink_to(zoo / "resnet-b")
    models = [Model("net", ckpt=zoo / "convnext-a"), Model("net", ckpt=twin)]
    names = scored(bench(models, tmp_path)(TASK, samples))
    assert names == [f"net ({zoo / 'convnext-a'})", f"net ({twin})"]
    with pytest.raises(InputError, match="Two different models are named 'net'"):
        bench([Model("net", embedding_function=Colour(i)) for i in range(2)], tmp_path)(TASK, samples)


def test_a_run_that_was_stopped_goes_on(samples: Samples, tmp_path: Path) -> None:
    """Ctrl-C in the middle of a model: the same call again does only what is missing, in the same run."""
    first = Colour(0)
    second = Colour(1, KeyboardInterrupt())
    models = [
        Model("first", embedding_function=first, version="1"),
        Model("second", embedding_function=second, version="1"),
    ]
    with pytest.raises(KeyboardInterrupt):
        bench(models, tmp_path)(TASK, samples)
    store = RunStore(Settings(home=tmp_path))
    [(stopped, _)] = store.recent()
    decided = store.cells(stopped.run_id)
    assert [cell.model for cell in decided] == ["first"]
    second.trouble = None
    result = bench(models, tmp_path)(TASK, samples)
    assert result.result.plan.run_id == stopped.run_id
    assert result.result.cells[:1] == decided
    assert scored(result) == ["first", "second"]
    assert sum(first.sizes) == 18
    assert bench(models, tmp_path)(TASK, samples).result.plan.run_id != stopped.run_id


def test_a_stopped_run_of_something_else_is_left_alone(samples: Samples, tmp_path: Path) -> None:
    """Another seed or another list is another run; so is one with a function that may have changed."""
    array = Model("array", embeddings=np.eye(18)[:, :4])
    stop = Model("stop", embedding_function=Colour(0, KeyboardInterrupt()), version="1")
    unknown = Model("unknown", embedding_function=Colour(0, KeyboardInterrupt()))

    def stopped(models: list[Model], **settings: Any) -> str:
        with pytest.raises(KeyboardInterrupt):
            bench(models, tmp_path, **settings)(TASK, samples)
        return RunStore(Settings(home=tmp_path)).recent()[0][0].run_id

    first = stopped([array, stop])
    assert stopped([array, stop]) == first
    assert stopped([array, stop], seed=1) != first
    assert stopped([stop, array]) != first
    n_runs = len(RunStore(Settings(home=tmp_path)).recent())
    for _ in range(2):
        stopped([array, unknown])
    assert len(RunStore(Settings(home=tmp_path)).recent()) == n_runs + 2


def test_reserves_are_still_known_when_a_run_goes_on(samples: Samples, tmp_path: Path) -> None:
    """Stopped while a reserve was at work, the longer plan is the same run."""
    a, b = arrays(2)
    reserve = Colour(0, KeyboardInterrupt())
    models = [
        a,
        Model("x", embedding_function=Colour(0, ValueError("no")), version="1"),
        Model("r", embedding_function=reserve, version="1"),
        b,
    ]
    with pytest.raises(KeyboardInterrupt):
        bench(models, tmp_path)(TASK, samples, 2)
    reserve.trouble = None
    result = bench(models, tmp_path)(TASK, samples, 2)
    assert [spec.id for spec in result.result.plan.models] == ["a", "x", "r"]
    assert len(RunStore(Settings(home=tmp_path)).recent()) == 1


def test_a_run_that_cannot_begin_raises(samples: Samples, tmp_path: Path) -> None:
    """What every model needs is not there: there is no table to give back."""
    from ptmrank_core.script import candidates  # noqa: PLC0415 - only to make it fail

    def gone(*_: Any) -> Samples:
        raise InputError("The reference set is gone.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "SOURCES", replace(candidates.SOURCES, load_reference=gone))
        with pytest.raises(RunError, match="The reference set is gone"):
            bench(arrays(1), tmp_path, ped=True)(TASK, samples)


def test_progress_goes_to_standard_error(
    samples: Samples, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line a model where it is no terminal; standard output stays the script's own."""
    bench(arrays(2), tmp_path)(TASK, samples)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == ["[1/2] a", "[2/2] b"]
