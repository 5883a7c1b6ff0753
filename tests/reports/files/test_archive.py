"""What goes into a paper: the figures of a run, their captions, and one zip of it all."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import plotly.graph_objects as go
import pytest

from ptmrank_core.config import Settings
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import RunResult
from ptmrank_core.reports.exports import Export
from ptmrank_core.reports.figures.style.escaping import plain_figure
from ptmrank_core.reports.figures.style.paper import paper_figure
from ptmrank_core.reports.figures.style.rank_colours import contrast
from ptmrank_core.reports.files import archive, figure_zip
from ptmrank_core.reports.files.captions import caption_of, latex_captions, markdown_captions
from ptmrank_core.reports.files.drawing import Drawn
from ptmrank_core.reports.files.figures import figures_of
from ptmrank_core.reports.html.blocks import Report
from ptmrank_core.results import rank_result
from tests.reports.results import HOSTILE, hostile_picture, hostile_result
from tests.results.race.races import RACES, race_run

WHITE = "#FFFFFF"
LEGIBLE = 4.5
NAME = re.compile(r"[a-z0-9-]+")


def report_of(result: RunResult) -> Report:
    """What the figures of a run are made from."""
    return Report(result, rank_result(result))


@pytest.fixture(scope="module")
def hostile() -> Report:
    """A run whose names are as bad as names can be, with its samples."""
    result = hostile_result()
    return Report(result, rank_result(result), hostile_picture())


def named(report: Report) -> list[str]:
    """Names of the figures of a run."""
    return [figure.name for figure in figures_of(report)]


def test_every_view_of_a_run_has_a_figure(hostile: Report) -> None:
    """Order, race, places, each metric, embeddings, labels: each once, under a name that any system takes."""
    names = named(hostile)
    assert len(set(names)) == len(names)
    assert all(NAME.fullmatch(name) for name in names)
    metrics = {f"metric-{name}" for name in hostile.ranking.per_metric}
    assert {"ranking", "race", "places", "samples", "pair", *metrics} <= set(names)
    assert any(name.startswith("embeddings") for name in names)


@pytest.mark.parametrize("measure", ["accuracy", "r2", "average_precision"])
def test_a_run_of_any_kind_of_labels_has_figures(measure: str) -> None:
    """Classes, numbers and several labels."""
    assert "ranking" in named(report_of(race_run(measure)))


@pytest.mark.parametrize("state", RACES)
def test_a_race_has_figures_in_every_state(state: str) -> None:
    """Also one that has just begun."""
    assert named(report_of(RACES[state]))


def test_a_caption_says_what_of_how_many_by_what_and_how_to_read_it(hostile: Report) -> None:
    """What is shown, models, samples, metrics, run and date; in LaTeX with the papers."""
    figures = {figure.name: figure for figure in figures_of(hostile)}
    caption = caption_of(figures["ranking"], hostile)
    assert "in order, each with its rank under every metric" in caption
    assert "A number in a cell is the rank" in caption
    assert "7 pre-trained models ranked on 40 samples" in caption
    assert all(METRICS[name].title in caption for name in hostile.ranking.per_metric)
    assert "run 01234567, 2026-01-01." in caption
    for figure in figures.values():
        said = caption_of(figure, hostile)
        assert said.endswith(".")
        assert ".." not in said.replace("...", "")
        assert "  " not in said
        assert not set(said) & set("\u2068\u2069")


def test_latex_reads_no_name_as_a_command(hostile: Report) -> None:
    """Braces are balanced, no mark of TeX comes from a name, and each figure is included and cited."""
    figures = figures_of(hostile)
    text = latex_captions(figures, hostile)
    body = text.split("\n\n", 1)[1]
    assert body.count(r"\begin{figure}") == len(figures)
    for figure in figures:
        assert f"{{figures/one-column/{figure.name}.pdf}}" in body
    bare = re.sub(r"\\[{}]", "", body)
    assert bare.count("{") == bare.count("}")
    assert not re.search(r"(?<!\\)[&#%]", body)
    assert r"\cite{" in body
    assert "−" not in body


def test_markdown_reads_no_name_as_markup(hostile: Report) -> None:
    """A name with HTML in it stays text."""
    assert HOSTILE[0] not in markdown_captions(figures_of(hostile), hostile)


def colours(value: Any, key: str = "") -> Iterator[str]:
    """Every colour of letters below a value."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name.endswith("font") and isinstance(item, Mapping):
                color = item.get("color")
                yield from [color] if isinstance(color, str) else color or ()
            yield from colours(item, name)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from colours(item, key)


def as_hex(color: str) -> str:
    """A colour as six digits; one that is half transparent is laid on white."""
    if color in {"black", "white"}:
        return color
    if color.startswith("#"):
        return color
    red, green, blue, *alpha = map(float, re.findall(r"[\d.]+", color))
    share = alpha[0] if alpha else 1.0
    return "#{:02X}{:02X}{:02X}".format(
        *(round(share * part + (1 - share) * 255) for part in (red, green, blue))
    )


@pytest.mark.parametrize("columns", [1, 2])
def test_what_is_printed_can_be_read(hostile: Report, columns: Literal[1, 2]) -> None:
    """On white, letters have a contrast of 4.5; letters that stand on a mark are black or white."""
    for figure in figures_of(hostile):
        fields: dict[str, Any] = plain_figure(paper_figure(figure.figure, columns=columns))
        layout = fields["layout"]
        assert {as_hex(layout[name]) for name in ("paper_bgcolor", "plot_bgcolor")} == {WHITE}
        on_cells = layout.pop("annotations", [])
        for color in colours(layout):
            assert contrast(as_hex(color), WHITE) >= LEGIBLE, (figure.name, color)
        for color in colours([*on_cells, *fields["data"]]):
            is_ink = as_hex(color).lower() in {"black", "white", "#000000", "#ffffff", "#fefefe"}
            assert is_ink or contrast(as_hex(color), WHITE) >= LEGIBLE, (figure.name, color)


def drawn(problem: str) -> Any:
    """A machine that draws one letter for each file, or nothing."""

    def draw(figures: Mapping[str, Mapping[str, Any]], settings: Settings, *, seconds: float) -> Drawn:
        del settings, seconds
        for figure in figures.values():
            assert {"width", "height"} <= set(figure["layout"])
        ends = () if problem else ("svg", "pdf", "png")
        return Drawn({f"{name}.{end}": b"x" for name in figures for end in ends}, problem)

    return draw


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_zip_has_every_figure_twice_in_three_formats(
    hostile: Report, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With captions, papers, the figures as JSON and the tables; the same run gives the same bytes."""
    monkeypatch.setattr(archive, "draw", drawn(""))
    export = Export(hostile.result, hostile.ranking, hostile.picture)
    made = figure_zip(export, settings)
    assert figure_zip(export, settings).content == made.content
    files = unpacked(made.content)
    names = named(hostile)
    assert made.n_figures == len(names)
    assert made.problem == ""
    wanted = {
        f"figures/{folder}/{name}.{end}"
        for name in names
        for folder in ("one-column", "two-column")
        for end in ("svg", "pdf", "png")
    }
    assert {name for name in files if name.startswith("figures/")} == wanted
    assert {"README.md", "captions.md", "captions.tex", "references.bib", "tables/ranking.csv"} <= set(files)
    assert "report.html" not in files
    cited = set(",".join(re.findall(r"\\cite\{([^}]+)\}", files["captions.tex"].decode())).split(","))
    known = set(re.findall(r"^@\w+\{(\w+),", files["references.bib"].decode(), flags=re.MULTILINE))
    assert cited <= known
    for name in names:
        go.Figure(json.loads(files[f"plotly/{name}.json"]))
    assert list(csv.reader(io.StringIO(files["tables/ranking.csv"].decode("utf-8-sig"))))


def test_without_an_exporter_the_zip_says_so_and_has_all_else(
    hostile: Report, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What to install stands in it; the report takes the place of the drawings."""
    monkeypatch.setattr(archive, "draw", drawn("Install a browser."))
    made = figure_zip(Export(hostile.result, hostile.ranking), settings)
    files = unpacked(made.content)
    assert made.problem == "Install a browser."
    assert "Install a browser." in files["README.md"].decode()
    assert not any(name.startswith("figures/") for name in files)
    assert files["report.html"].startswith(b"<!")
    assert {"captions.tex", "references.bib", "plotly/ranking.json"} <= set(files)


def test_the_order_stands_against_what_the_models_reach() -> None:
    """A dot for each model whose probe is known, at its mean rank and what it reaches."""
    report = report_of(race_run())
    figure = next(figure for figure in figures_of(report) if figure.name.startswith("against-"))
    (dots,) = figure.figure.data
    assert set(dots.customdata) == set(report.ranking.order)
    assert list(dots.x) == [report.ranking.mean_ranks[model] for model in dots.customdata]
