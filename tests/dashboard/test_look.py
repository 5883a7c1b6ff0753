"""Samples worth a look: decisions are kept with the run, taken away and back, and start another run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from ptmrank_core.benchmark import RunStore, make_plan, new_run_id, now, run_here
from ptmrank_core.catalogue import resolve_models, task_category
from ptmrank_core.config import Settings
from ptmrank_core.data import load_samples
from ptmrank_core.records import LOCAL_OWNER, Analyses, Correction, Decision, ExtractionOptions, RunOptions
from ptmrank_core.worker import SOURCES
from tests.dashboard.reading import buttons, open_page, texts
from tests.dashboard.serving import APP
from tests.ready_made import LABELS, save_table
from tests.waiting import PATIENCE_SECONDS

FLIPPED = (7, 22, 41)
HEAD = "sample,file,label,decision,new_label,reason\n"


@pytest.fixture
def looked(settings: Settings, tmp_path: Path) -> str:
    """A finished run on a table of numbers in three classes, three of whose labels are wrong."""
    labels = LABELS.copy()
    labels[list(FLIPPED)] = (labels[list(FLIPPED)] + 1) % 3
    names = np.array(["ant", "bee", "cat"])[labels]
    return ranked_table(settings, save_table(tmp_path / "numbers.csv", strength=6.0, labels=names))


def ranked_table(settings: Settings, source: Path, owner: str = LOCAL_OWNER) -> str:
    """Rank the columns of a table."""
    samples = load_samples(source)
    plan = make_plan(
        run_id=new_run_id(),
        created_at=now(),
        task="tabular-classification",
        samples=samples,
        models=resolve_models(
            "columns", task_category("tabular-classification"), models_dir=settings.models_dir
        ),
        options=RunOptions(
            metrics=("logme",),
            options=ExtractionOptions(device="cpu"),
            seed=0,
            analyses=Analyses(half_samples=0, projections=False, references=False, sample_sizes=False),
        ),
    )
    RunStore(settings).create(plan, samples.summary(), owner=owner)
    run_here(plan.run_id, settings, sources=SOURCES)
    return plan.run_id


def opened(run: str, app: AppTest | None = None) -> AppTest:
    """The Samples section of a run, as its address opens it."""
    page = app or AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS)
    page.run()
    page.button(key=f"open-{run}").click().run()
    page.segmented_control(key="section").set_value("Samples").run()
    assert not page.exception
    return page


def digest(settings: Settings, run: str, row: int) -> str:
    """The digest of a sample of a run."""
    del settings
    return jobs.samples_of(jobs.result(run)).digests[row]


def key(run: str, sample: str, what: str = "decide") -> str:
    """Key of a widget of a sample."""
    return f"{what}-{run[:8]}-{sample[:16]}"


def test_decisions_are_kept_and_start_another_run(
    app: AppTest, settings: Settings, looked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wrong labels come first; what is decided survives a reload, and a new run reads it so."""
    page = opened(looked, app)
    said = texts(page)
    assert "Samples worth a look" in said
    assert said.index("only probe does not take it for") > 0
    wrong = [digest(settings, looked, row) for row in FLIPPED]
    shown = [one.key for one in page.segmented_control if str(one.key).startswith("decide-")]
    assert set(shown[:3]) == {key(looked, sample) for sample in wrong}
    page.segmented_control(key=key(looked, wrong[0])).set_value("relabel").run()
    page.segmented_control(key=key(looked, wrong[1])).set_value("leave out").run()
    page.segmented_control(key=key(looked, wrong[2])).set_value("keep").run()
    assert not page.exception
    assert "1 relabelled, 1 left out and 1 kept" in texts(page)
    suggested = page.selectbox(key=key(looked, wrong[0], "relabel")).value
    assert suggested == "bee"  # row 7 is of class 1
    again = opened(looked)
    assert again.segmented_control(key=key(looked, wrong[1])).value == "leave out"
    assert again.selectbox(key=key(looked, wrong[0], "relabel")).value == "bee"
    started: list[str] = []
    monkeypatch.setattr("dashboard.jobs.runs.start_worker", lambda run, _: started.append(run))
    again.button(key="start-corrected").click().run()
    assert not again.exception
    [new] = started
    store = RunStore(settings)
    plan = store.plan(new)
    assert set(plan.reading.corrections) == {Correction(wrong[0], "bee"), Correction(wrong[1], None)}
    assert plan.samples_source == store.plan(looked).samples_source
    assert store.outline(new).n_samples == 59
    assert store.plan(looked).reading.corrections == ()
    run_here(new, settings, sources=SOURCES)
    assert store.result(new).state == "finished"


def test_a_decision_is_taken_back_with_a_second_click(app: AppTest, settings: Settings, looked: str) -> None:
    """What is not chosen any more is not kept."""
    page = opened(looked, app)
    sample = digest(settings, looked, FLIPPED[0])
    page.segmented_control(key=key(looked, sample)).set_value("keep").run()
    assert len(jobs.decisions(looked).decisions) == 1
    page.segmented_control(key=key(looked, sample)).set_value(None).run()
    assert jobs.decisions(looked).decisions == ()


def test_a_table_of_decisions_is_taken(app: AppTest, settings: Settings, looked: str) -> None:
    """Those on samples of the run are kept and shown; others are counted; what is wrong is told."""
    page = opened(looked, app)
    sample = digest(settings, looked, FLIPPED[0])
    rows = f"{sample},a,b,relabel,bee,mine\n{'0' * 64},a,b,leave out,,\n"
    page.file_uploader[0].set_value([("d.csv", (HEAD + rows).encode(), "text/csv")]).run()
    assert not page.exception
    assert "1 decision taken from the table. 1 are about other samples" in texts(page)
    assert page.segmented_control(key=key(looked, sample)).value == "relabel"
    [kept] = jobs.decisions(looked).decisions
    assert (kept.new_label, kept.reason) == ("bee", "mine")
    for data, message in (
        (HEAD + f"{sample},a,b,relabel,dog,\n", "which is no class of these"),
        (HEAD + f"{'0' * 64},a,b,keep,,\n", "None of the 1 decisions"),
        ("nonsense", "has no column"),
    ):
        page.file_uploader[0].set_value([("e.csv", data.encode(), "text/csv")]).run()
        assert not page.exception
        assert message in page.error[0].value
    assert jobs.decisions(looked).decisions == (kept,)


def test_nobody_else_decides(settings: Settings, tmp_path: Path, app: AppTest) -> None:
    """On the page of somebody else's run there are no choices, and none is kept behind its back."""
    labels = LABELS.copy()
    labels[7] = (labels[7] + 1) % 3
    run = ranked_table(settings, save_table(tmp_path / "n.csv", strength=6.0, labels=labels), owner="other")
    open_page(app, "results", run=run, section="Samples")
    assert "Samples worth a look" in texts(app)
    assert not [one for one in app.segmented_control if str(one.key).startswith("decide-")]
    assert "start-corrected" not in buttons(app)
    decision = Decision(digest(settings, run, 7), "x", "ant", "keep")
    with pytest.raises(Exception, match="belongs to somebody else"):
        jobs.keep_decisions(run, [decision])
    assert jobs.decisions(run).decisions == ()
