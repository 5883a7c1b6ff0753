"""Evidence, controls, sample sizes, costs and training one by one on the results page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ptmrank_core.benchmark import RunStore, run_here
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.records import Analyses, Finding, Truth
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan
from tests.dashboard.reading import answer, open_section

RUN = "evidence"


@pytest.fixture
def store(settings: Settings, picture_zip: Path, zoo: Path) -> RunStore:
    """A finished run of three models with controls and sample sizes."""
    plan = stored_plan(settings, picture_zip, zoo, ["logme", "hscore"])
    found = RunStore(settings)
    analyses = Analyses(half_samples=0, probe=False, projections=False, controls=True, sample_sizes=True)
    found.create(replace(plan, run_id=RUN, analyses=analyses), load_samples(picture_zip).summary())
    run_here(RUN, settings, sources=SOURCES)
    return found


def opened(app: AppTest) -> AppTest:
    """The evidence of that run."""
    app.run()
    app.button(key=f"open-{RUN}").click().run()
    open_section(app, "Evidence")
    return app


def words(boxes: Sequence[Any]) -> str:
    """What the only box of a kind says."""
    (box,) = boxes
    return strip_bidi(str(box.value))


def said(app: AppTest) -> str:
    """All words of the page."""
    return " ".join(str(e.value) for e in (*app.markdown, *app.caption, *app.info, *app.error))


def test_every_section_is_there(app: AppTest, store: RunStore) -> None:
    """Controls as rows and plain words, curves, costs; without a truth the page asks for one."""
    assert store.findings(RUN)
    headings = [heading.value for heading in opened(app).header]
    for heading in (
        "Is it more than nothing?",
        "Which metric can be trusted here?",
        "Do you have enough labels?",
    ):
        assert heading in headings
    assert "Raw pixels" in said(app)
    assert "bring fine-tuning results of two or more" in said(app)
    assert any("Raw pixels" in frame.value.to_string() for frame in app.dataframe)
    open_section(app, "Cost")
    assert "What do they cost?" in [heading.value for heading in app.header]
    assert any("seconds_per_1000" in frame.value.columns for frame in app.dataframe)


def kept(store: RunStore) -> Truth:
    """The results of the user that are stored with the run."""
    (finding,) = [own for own in store.findings(RUN) if own.subject == "imported"]
    assert isinstance(finding.content, Truth)
    return finding.content


def test_results_of_the_user_are_shown_at_once(app: AppTest, store: RunStore) -> None:
    """A table is kept with the run, selected, and its rows counted; one of other models is told, not kept."""
    opened(app)
    app.file_uploader[0].set_value([("x.csv", b"model,accuracy\nother,0.5\n", "text/csv")]).run()
    assert "expected two or more" in said(app)
    app.run()
    assert "expected two or more" in said(app)  # it is not forgotten by the next click
    assert not [own for own in store.findings(RUN) if own.kind == "truth" and own.content]
    store.add_finding(
        RUN, Finding("truth", "recorded", Truth("accuracy", {"convnext-a": 0.5, "resnet-b": 0.4}), 0.0)
    )
    app.run()
    assert app.segmented_control(key="truth").value == "recorded"
    table = b"model,accuracy\nconvnext-a,0.9\nresnet-b,0.8\nvit-headless,0.7\n"
    app.file_uploader[0].set_value([("mine.csv", table, "text/csv")]).run()
    assert not app.exception
    assert kept(store).origin == "mine.csv"
    assert app.segmented_control(key="truth").value == "imported"
    assert "3 of 3 rows of mine.csv matched." in words(app.success)
    assert "too few to trust one metric over another" in said(app)
    assert answer(app).startswith("You trained three models: convnext-a did best, 90.0 %")
    assert [(card.label, card.value, card.delta) for card in app.metric][:3] == [
        ("Fine-tuned", "90.0 %", "convnext-a"),
        ("Fine-tuned", "80.0 %", "resnet-b"),
        ("Fine-tuned", "70.0 %", "vit-headless"),
    ]
    assert app.segmented_control(key="correlation").value == "weighted_tau"
    open_section(app, "Ranking")
    app.segmented_control(key="ranking-view").set_value("Every number").run()
    (reached,) = [own.value for own in app.dataframe if "imported" in own.value.columns]
    known = reached.dropna(subset="imported")
    assert dict(zip(known["model"], known["imported"], strict=True)) == kept(store).values


def test_a_name_that_does_not_match_is_mended_with_a_click(app: AppTest, store: RunStore) -> None:
    """The names without a model stand there with the nearest ones; a click takes one for the other."""
    opened(app)
    table = b"model,accuracy\nconvnext-a,0.9\nresnet-b,0.8\nvit-headles,0.7\nmystery,0.1\n"
    app.file_uploader[0].set_value([("mine.csv", table, "text/csv")]).run()
    told = words(app.warning)
    assert "2 of 4 rows of mine.csv matched." in told
    assert "vit-headles is no model of this run; did you mean vit-headless?" in told
    assert "mystery is no model of this run, and no model without a result has a similar name." in told
    app.button(key="take-vit-headles").click().run()
    assert not app.exception
    assert kept(store).values == {"convnext-a": 0.9, "resnet-b": 0.8, "vit-headless": 0.7}
    assert "3 of 4 rows of mine.csv matched." in words(app.warning)
    assert app.segmented_control(key="truth").value == "imported"


def test_a_truth_that_cannot_be_shown_says_why(app: AppTest, store: RunStore) -> None:
    """Demo samples of another version have a record that does not hold: the reason stands there."""
    store.add_finding(RUN, Finding("truth", "recorded", None, 0.0, "The record is of other samples."))
    opened(app)
    assert "Recorded fine-tuning: The record is of other samples." in said(app)
