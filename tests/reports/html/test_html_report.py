"""The HTML report: every section that has something to say, every number, and nothing that runs or loads."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import plotly.graph_objects as go
import pytest

from ptmrank_core.projection import pca
from ptmrank_core.records import RunState, Samples
from ptmrank_core.reports.figures.style.escaping import figure_json
from ptmrank_core.reports.html import html_report
from ptmrank_core.reports.html.answer import answer
from ptmrank_core.reports.html.blocks import Grid, Picture, Report
from ptmrank_core.reports.html.render import sentence_html
from ptmrank_core.reports.html.sections import SECTIONS
from ptmrank_core.reports.html.sections.embeddings import embeddings_section
from ptmrank_core.reports.tables.run import run_tables
from ptmrank_core.results import rank_result
from ptmrank_core.results.phrases import bidi_isolate, plural
from ptmrank_core.results.verdict import verdict_of
from tests.reports.results import HOSTILE, certain, hostile_picture, hostile_result


class Reader(HTMLParser):
    """Tags with their attributes, the text outside scripts and styles, and the scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.scripts: list[tuple[str | None, str]] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        del tag
        self._inside = ""

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        if self._inside == "script":
            self.scripts.append((self.tags[-1][1].get("type"), data))
        elif self._inside != "style":
            self.text.append(data)


@pytest.fixture(scope="module")
def page() -> str:
    """The report of a hostile run with everything that analyses can add."""
    result = hostile_result()
    return html_report(result, certain(result), hostile_picture())


@pytest.fixture(scope="module")
def read(page: str) -> Reader:
    """That report, parsed."""
    reader = Reader()
    reader.feed(page)
    return reader


def test_names_are_text(read: Reader) -> None:
    """No tag, attribute or script comes from a name: hostile ones stand there as they were written."""
    assert not {tag for tag, _ in read.tags} & {"img", "iframe", "link", "object", "embed", "form", "base"}
    assert not [own for _, own in read.tags if any(name.startswith("on") for name in own)]
    assert [kind for kind, _ in read.scripts].count(None) == 2
    text = "\n".join(read.text)
    for name in HOSTILE:
        assert name in text


def test_nothing_is_loaded(read: Reader) -> None:
    """There is no address of anything outside the file, and the policy forbids every connection."""
    linked = [value for _, own in read.tags for name in ("src", "href", "action") if (value := own.get(name))]
    assert linked
    assert all(value.startswith("#") for value in linked)
    policies = [
        own["content"] for tag, own in read.tags if own.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    assert str(policies[0]).startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in re.findall(r"script-src[^;]*", str(policies[0]))[0]


def test_the_policy_names_the_scripts_by_their_digests(page: str, read: Reader) -> None:
    """The digest of each script is in the policy, so a browser runs these two and no other."""
    scripts = [text for kind, text in read.scripts if kind is None]
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page


def test_plotly_is_there_once_and_shares_nothing(page: str) -> None:
    """plotly.js is inline once, and its button that would send a chart away is off."""
    assert page.count("plotly.js v") == 1
    assert '"showSendToCloud": false' in page


def test_every_section_is_there(read: Reader) -> None:
    """With everything known, each section of the list is drawn, in order, and the contents link to it."""
    ids = [own["id"] for tag, own in read.tags if tag == "section"]
    assert len(ids) == len(SECTIONS)
    links = [str(own["href"])[1:] for tag, own in read.tags if tag == "a"]
    assert links == ids


def test_sections_without_findings_are_left_out() -> None:
    """A run without a probe, without kept features and with one ranked model has no such sections."""
    result = hostile_result(HOSTILE[:2])
    result = replace(result, findings=())
    report = Report(result, rank_result(result))
    keys = [section.key for make in SECTIONS if (section := make(report))]
    assert keys == ["ranking", "candidates", "scores", "problems", "samples", "reproduce"]


def test_every_number_of_the_ranking_is_there(read: Reader) -> None:
    """Each known score, rank, interval and cost stands in the page with every digit."""
    result = hostile_result()
    values = {own["value"] for tag, own in read.tags if tag == "data"}
    ranking = run_tables(result, certain(result))[1]
    numbers = [v for row in ranking.rows for v in row if isinstance(v, int | float)]
    assert numbers
    assert {repr(value) for value in numbers} <= values


def test_the_answer_is_the_verdict() -> None:
    """Headline and sentences are those of the verdict; what was ranked stands below them."""
    result = hostile_result()
    ranking = certain(result)
    said = answer(Report(result, ranking))
    assert (said.headline, *said.sentences) == verdict_of(result, ranking).sentences
    how = plural(len(ranking.metrics_used), "metric")
    assert said.basis == f"7 pre-trained models ranked on 40 samples in 8 classes, by the vote of {how}."
    assert answer(Report(replace(result, cells=()), rank_result(replace(result, cells=())))).basis == ""


def test_names_in_the_answer_are_isolated() -> None:
    """A name keeps its direction to itself; one that brings marks of its own does not break the page."""
    assert sentence_html(f"Take {bidi_isolate('<a>')}.") == "Take <bdi>&lt;a&gt;</bdi>."
    assert sentence_html("Take \u2068x\u2069\u2069.") == "Take x."


def test_a_run_without_scores_says_so() -> None:
    """No headline is made up: the page says that nothing has a score, why, and how far the run is."""
    result = replace(hostile_result(), cells=(), state=RunState.FAILED, error="The samples are gone.")
    result = replace(result, outcomes={}, findings=())
    page = html_report(result, rank_result(result))
    assert "<h1>No model has a score.</h1>" in page
    assert "The samples are gone." in page


def test_what_failed_is_told() -> None:
    """A failed analysis is named with its reason; a complete run says that nothing is missing."""
    result = hostile_result()
    sections = {
        section.key: section for make in SECTIONS if (section := make(Report(result, certain(result))))
    }
    assert f"controls: {HOSTILE[3]}" in str(sections["problems"])
    complete = replace(
        result,
        plan=replace(result.plan, models=result.plan.models[1:-1]),
        cells=tuple(c for c in result.cells if c.model not in {HOSTILE[0], HOSTILE[-1]}),
    )
    report = Report(complete, rank_result(complete))
    problems = next(s for make in SECTIONS if (s := make(report)) and s.key == "problems")
    assert "No score is missing" in str(problems)


def drawn(samples: Samples) -> list[go.Figure]:
    """The figures of the embedding view on some samples."""
    picture = Picture(samples, lambda _: pca(np.random.default_rng(0).normal(size=(samples.n_samples, 4))))
    result = hostile_result()
    section = embeddings_section(Report(result, rank_result(result), picture))
    assert section is not None
    [grid] = [block for block in section.blocks if isinstance(block, Grid)]
    return [chart.figure for chart in grid.charts]


def test_the_view_suits_the_labels() -> None:
    """Numbers are a scale of colours; few classes have a legend, many have none; samples are thinned."""
    samples = hostile_picture().samples
    numbers = replace(samples, labels=np.linspace(0, 1, 40), class_names=("price",), target_kind="regression")
    figure = drawn(numbers)[0]
    assert figure.data[0].marker.showscale
    assert not figure.layout.showlegend
    assert drawn(samples)[0].layout.showlegend
    many = replace(samples, labels=np.arange(40) % 20, class_names=tuple(f"c{i}" for i in range(20)))
    assert not drawn(many)[0].layout.showlegend
    assert len(drawn(samples)) == 4
    large = hostile_picture(4_000).samples
    assert sum(len(trace.x) for trace in drawn(large)[0].data) == 1_500


def test_models_whose_features_are_gone_are_not_drawn() -> None:
    """Without any kept features there is no embedding view."""
    result = hostile_result()
    picture = Picture(hostile_picture().samples, lambda _: None)
    assert embeddings_section(Report(result, rank_result(result), picture)) is None


def test_figures_are_plain_text() -> None:
    """Plotly reads tags in every text: names are escaped, long ticks lose their middle, templates stay."""
    figure = go.Figure(go.Scatter(x=[1.0], y=[2.0], name="<b>x</b>", text=["</script>"]))
    figure.update_traces(hovertemplate="<b>%{text}</b> <img src=x><br>")
    figure.update_layout(yaxis={"tickvals": [0], "ticktext": ["a" * 50 + "z"]}, template="plotly")
    text = figure_json(figure)
    assert not set(text) & set("<>&")
    fields = json.loads(text)
    assert "template" not in fields["layout"]
    [trace] = fields["data"]
    assert trace["name"] == "&lt;b&gt;x&lt;/b&gt;"
    assert trace["text"] == ["&lt;/script&gt;"]
    assert trace["hovertemplate"] == "<b>%{text}</b> &lt;img src=x><br>"
    assert fields["layout"]["yaxis"]["ticktext"] == ["a" * 14 + "…" + "a" * 13 + "z"]
