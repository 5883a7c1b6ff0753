"""The result of a run in a notebook: its answer, its figures, its report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from ptmrank_core.benchmarker import Benchmarker, BenchmarkResult
from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.models import Model
from ptmrank_core.records import Analyses, ExtractionOptions, Samples
from ptmrank_core.reports.tables.ranking import ranking_table
from tests.data.objects.own import pictures

TASK = "image-classification"
HOSTILE = "<script>alert(1)</script>"
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "metric": ("logme",),
    "pair": ("logme", "hscore"),
    "truth": ("consensus",),
}
NOT_KNOWN = {
    "layers": "hidden layers were not scored",
    "race": r"there was no race\. A Benchmarker with Analyses\(decide_seconds=600\)",
}
FIGURES = (
    *("ranking", "ranks", "metric", "intervals", "agreement", "pair", "projection", "class_pairs"),
    *("evidence", "truth", "cost", "sample_sizes", "controls", "samples"),
)


def spread(batch: list[Any]) -> np.ndarray:
    """Features of pictures that tell their classes a little."""
    pixels = [np.asarray(image.resize((8, 8)), dtype=np.float64) for image in batch]
    return np.stack([image.reshape(-1, 3).std(axis=0) for image in pixels])


def noise(batch: list[Any]) -> np.ndarray:
    """Features that tell nothing."""
    return np.stack([np.random.default_rng(int(spread([one]).sum() * 1e6)).normal(size=3) for one in batch])


@pytest.fixture(scope="module")
def result(samples: Samples, zoo: Path, tmp_path_factory: pytest.TempPathFactory) -> BenchmarkResult:
    """A run of four models with every analysis that a figure needs, one of them with a hostile name."""
    models = [
        Model(HOSTILE, embedding_function=spread, version="1"),
        Model("noise", embedding_function=noise, version="1"),
        Model("broken", embedding_function=lambda _: [], version="1"),
        str(zoo / "convnext-a"),
        str(zoo / "resnet-b"),
    ]
    analyses = Analyses(half_samples=10, sample_sizes=True, controls=True, references=False)
    options = ExtractionOptions(device="cpu", dtype="float32")
    home = tmp_path_factory.mktemp("result")
    benchmarker = Benchmarker(models, home, logme=True, hscore=True, options=options, analyses=analyses)
    return benchmarker(TASK, samples)


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_is_one_of_plotly(result: BenchmarkResult, name: str) -> None:
    """With something drawn; names that somebody else wrote are literal, and it can be written as JSON."""
    figure = getattr(result.figures, name)(*ARGUMENTS.get(name, ()))
    assert isinstance(figure, go.Figure)
    assert len(figure.data) > 0
    text = figure.to_json()
    assert HOSTILE not in json.loads(json.dumps(text))
    assert "text/html" in figure._repr_mimebundle_() or figure._repr_html_()


def test_every_figure_is_tested_and_named(result: BenchmarkResult) -> None:
    """A new one has to be put into one of the lists; the result says which there are."""
    public = {name for name in vars(type(result.figures)) if not name.startswith("_")}
    assert public == {*FIGURES, *NOT_KNOWN}
    assert {f"{name}()" for name in public} == set(re.findall(r"\w+\(\)", repr(result.figures)))


@pytest.mark.parametrize("name", NOT_KNOWN)
def test_a_figure_of_what_is_not_known_says_how_to_know_it(result: BenchmarkResult, name: str) -> None:
    """With the keyword that asks for it."""
    with pytest.raises(InputError, match=NOT_KNOWN[name]):
        getattr(result.figures, name)()


def test_figures_show_the_numbers_of_the_run(result: BenchmarkResult) -> None:
    """The best model stands on top of the scores of a metric, and each sample is a point of a projection."""
    best = result.ranking.per_metric["logme"][0]
    drawn = result.figures.metric("logme")
    frame = result.to_frame()
    values = {value for trace in drawn.data for value in (trace.x if trace.x is not None else ())}
    assert any(value == pytest.approx(frame.loc[best, "logme"]) for value in values if value is not None)
    projected = result.figures.projection("pca", "convnext-a")
    assert sum(len(trace.x) for trace in projected.data) == result.samples.n_samples
    assert len(result.figures.projection("pca", "convnext-a", classes=["dots"]).data) == 1


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("metric", ("leap",), "Unknown metric 'leap'"),
        ("projection", ("pcaa",), "Unknown method 'pcaa'. Did you mean 'pca'"),
        ("projection", ("pca", "conv"), "Unknown model 'conv'"),
        ("evidence", ("probes",), "Unknown truth 'probes'. Did you mean 'probe'"),
        ("cost", ("bytes",), "Unknown cost 'bytes'"),
    ],
)
def test_a_name_that_is_none_is_refused(
    result: BenchmarkResult, name: str, arguments: tuple[str, ...], message: str
) -> None:
    """With the nearest."""
    with pytest.raises(UnknownNameError, match=re.escape(message)):
        getattr(result.figures, name)(*arguments)


def test_features_that_are_not_kept_cannot_be_drawn(samples: Samples, tmp_path: Path) -> None:
    """Those of a function without a version."""
    none = Analyses(half_samples=0, probe=False, projections=False, references=False)
    one = Benchmarker([Model("own", embedding_function=spread)], tmp_path, logme=True, analyses=none)
    figures = one(TASK, samples).figures
    with pytest.raises(InputError, match=r"'own' are not in the cache.*only where its Model has a version"):
        figures.projection()
    with pytest.raises(InputError, match="no t-SNE of 'own': the run was asked to leave projections out"):
        figures.projection("tsne")
    with pytest.raises(InputError, match="no rank intervals"):
        figures.intervals()
    with pytest.raises(InputError, match="nothing is known of what these models reach"):
        figures.evidence()


def test_a_notebook_shows_the_answer_and_the_table(result: BenchmarkResult) -> None:
    """Escaped, in the colours of the page around it, without scripts; what has no score is folded below."""
    html = result._repr_html_()
    assert html.count("<table") == 2
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert result.verdict.sentences[0].split()[0] in html
    rows = re.findall(r"<tr>.*?</tr>", html.partition("<details")[0])
    table = ranking_table(result.result, result.ranking)
    assert len(rows) == 1 + len(table.rows)
    assert "<summary>Missing scores" in html
    style = re.search(r"<style>(.*?)</style>", html, flags=re.DOTALL)
    assert style is not None
    assert not re.search(r"#[0-9a-f]{3,6}\b|: *(white|black)|prefers-color", style[1])
    assert all(
        line.lstrip().startswith((".ptmrank", "background", "clip-path"))
        for line in style[1].split("\n")[1:-1]
    )


def test_the_report_is_that_of_the_command_line(result: BenchmarkResult, tmp_path: Path) -> None:
    """All files, with the embedding view of samples that are in memory; or the formats that were named."""
    written = result.report(tmp_path / "report")
    assert {path.suffix for path in written} == {".html", ".csv", ".json", ".parquet", ".md", ".tex"}
    html = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert 'id="embeddings"' in html
    assert [path.name for path in result.report(str(tmp_path / "one"), formats="html")] == ["report.html"]
    with pytest.raises(UnknownNameError, match="pdf"):
        result.report(tmp_path, formats="pdf")


def test_a_report_on_objects_has_their_embeddings(tmp_path: Path) -> None:
    """Nobody else could load them again."""
    labels = ["a", "b"] * 6
    models = [
        Model("own", embedding_function=spread, version="1"),
        Model("noise", embedding_function=noise, version="1"),
    ]
    few = Analyses(half_samples=0, probe=False, projections=False, references=False)
    done = Benchmarker(models, tmp_path / "home", logme=True, analyses=few)(
        TASK, list(zip(pictures(), labels, strict=True))
    )
    [path] = done.report(tmp_path / "report", formats="html")
    html = path.read_text(encoding="utf-8")
    assert 'id="embeddings"' in html
    assert "in the memory of a script" in html
