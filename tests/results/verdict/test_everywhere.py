"""The verdict is made once: every way to show a run says the same sentences, and none says others."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest

import ptmrank_core
from ptmrank_core import reports
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.records import RunResult
from ptmrank_core.reports.exports import FORMATS, Export
from ptmrank_core.reports.html import html_report
from ptmrank_core.results import rank_result
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.verdict import verdict_of
from ptmrank_core.script import BenchmarkResult
from ptmrank_core.worker import SOURCES
from tests.results.race.races import RACES
from tests.results.verdict.runs import fail, make_run, trained

CORE = Path(ptmrank_core.__file__).parent
RUNS = {
    "tied": make_run({"x": 0.8, "y": 0.8, "z": 0.8}),
    "near the ceiling": make_run({"x": 0.99, "y": 0.98}, parameters={"x": 9, "y": 3}),
    "none suits": make_run({"x": 0.25, "y": 0.2}),
    "trained": trained(make_run({"x": 0.8, "y": 0.7}), {"x": 0.9, "y": 0.95}),
    "nothing": fail(make_run({"x": 0.8}), "x"),
    **{f"race {name}": RACES[name] for name in ("at work", "decided", "time up", "near chance", "refused")},
}


@pytest.mark.parametrize("result", RUNS.values(), ids=RUNS)
def test_the_same_sentences_stand_everywhere(result: RunResult) -> None:
    """Terminal, JSON, HTML report, script and exported tables begin with the verdict, word for word."""
    verdict = verdict_of(result, rank_result(result))
    sentences = [strip_bidi(sentence) for sentence in verdict.sentences]
    text = reports.rank_text(result)
    assert text.split("\n\n")[0].splitlines() == sentences

    payload = reports.rank_payload(result, rank_result(result))
    assert next(iter(payload)) == "verdict"
    assert payload["verdict"]["sentences"] == sentences
    assert payload["verdict"]["kind"] == verdict.kind
    assert payload["verdict"]["models"] == list(verdict.models)
    json.dumps(payload["verdict"], allow_nan=False)

    page = html_report(result, rank_result(result))
    header = re.sub(r"<[^>]+>", "", page[page.index("<h1>") : page.index("<nav")])
    assert [line for line in unescape(header).splitlines() if line][: len(sentences)] == sentences

    script = BenchmarkResult(result, load_samples("demo:digits"), Settings(home=Path("/nowhere")), SOURCES)
    assert script.verdict == verdict
    assert str(script) == text

    files = FORMATS["csv"].write(Export(result, rank_result(result)))
    rows = files["verdict.csv"].decode().splitlines()
    assert len(rows) == 1 + len(sentences)
    assert FORMATS["md"].write(Export(result, rank_result(result)))["tables.md"].startswith(b"### Answer")


def test_the_json_has_what_the_answer_rests_on() -> None:
    """What is reached, the constant guess, what is expected and why not, and the next step are data too."""
    payload = reports.rank_payload(RUNS["near the ceiling"], rank_result(RUNS["near the ceiling"]))
    assert payload["verdict"] == {
        "kind": "near_ceiling",
        "models": ["y", "x"],
        "sentences": payload["verdict"]["sentences"],
        "measure": "accuracy",
        "reached": {"x": 0.99, "y": 0.98},
        "chance": 0.25,
        "expected": None,
        "expected_note": payload["verdict"]["expected_note"],
        "next_step": payload["verdict"]["sentences"][-1],
    }


def test_no_other_place_answers() -> None:
    """The former headline and statement of certainty are nowhere in the product."""
    for path in sorted(CORE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert "say_certainty" not in text, path
        assert not re.search(r'"Try ["{*]', text), path
        is_home = path.parent.name in {"verdict", "slides"} or path.name == "alternative.py"
        assert is_home or "cheaper_alternative" not in text, path
