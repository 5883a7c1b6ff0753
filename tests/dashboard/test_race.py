"""The race on the pages: offered, at work, at its end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import jobs
from dashboard.wording import plain
from ptmrank_core.benchmark.scheduling.locks import hold_run
from ptmrank_core.config import Settings
from ptmrank_core.errors import NotOwnerError, SamplesChangedError
from ptmrank_core.events import AnalysisStep, RaceStep
from ptmrank_core.records import Finding, Race, RunResult, RunState
from ptmrank_core.results.phrases import strip_bidi
from ptmrank_core.results.race import race_of, race_sentence
from tests.dashboard.raced import keep_state, pack_made_up, store_race, store_result
from tests.dashboard.reading import answer, buttons, open_page, primary, texts
from tests.results.race.races import MODELS, RACES, RUN, race_run

SECTION = "Training"


def opened(app: AppTest, run: str) -> AppTest:
    """The training of a run."""
    open_page(app, "results", run=run, section=SECTION)
    return app


def said(app: AppTest) -> str:
    """All words of the page, without the marks around names."""
    return strip_bidi(texts(app))


def test_a_race_is_offered_where_models_can_be_trained(app: AppTest, settings: Settings) -> None:
    """A number of minutes and a button; what it does and what it costs; the former offer beneath it."""
    store_result(settings, RUN, "ranked")
    opened(app, "ranked")
    assert primary(app) == ["Find the best within 10 minutes"]
    app.number_input(key="race-minutes").set_value(3).run()
    assert primary(app) == ["Find the best within 3 minutes"]
    assert "judges it on samples that were kept apart" in said(app)
    assert "busy for that time at most" in said(app)
    assert "tune" in buttons(app)


def test_the_answer_leads_to_the_offer(app: AppTest, settings: Settings) -> None:
    """A click below the answer opens the section; in it the way there is not shown."""
    store_result(settings, RUN, "ranked")
    open_page(app, "results", run="ranked")
    app.button(key="to-race").click().run()
    assert app.segmented_control(key="section").value == SECTION
    assert "race" in buttons(app)
    assert "to-race" not in buttons(app)


def changed(
    *,
    source: str = "local",
    modality: str = "image",
    task: str = "image-classification",
    models: int = 9,
    smallest: int = 150,
    n_numbers: int = 0,
) -> RunResult:
    """The made-up run with something changed."""
    run = race_run("r2") if n_numbers else RUN
    counts = {**dict.fromkeys("abc", 150), "d": smallest} if not n_numbers else {}
    samples = replace(run.samples, class_counts=counts, modality=modality)
    samples = replace(samples, n_samples=n_numbers or samples.n_samples)
    specs = tuple(replace(spec, source=source) for spec in run.plan.models[:models])
    kept = {spec.id for spec in specs}
    return replace(
        run,
        plan=replace(run.plan, models=specs, task=task),
        samples=samples,
        cells=tuple(cell for cell in run.cells if cell.model in kept),
        outcomes={spec.id: replace(run.outcomes[spec.id], spec=spec) for spec in specs},
        findings=tuple(own for own in run.findings if own.subject in kept),
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": "features"}, "These are features or functions"),
        ({"source": "function"}, "These are features or functions"),
        ({"modality": "tabular"}, "These are columns of numbers"),
        ({"modality": "video"}, "These are models of videos"),
        ({"task": "token-classification"}, "Models that label the words of a sentence"),
        ({"models": 1}, "Only one model can be trained"),
        ({"smallest": 9}, "Class d has 9 samples"),
        ({"n_numbers": 49}, "49 samples cannot be parted"),
    ],
)
def test_where_there_can_be_no_race_it_says_why(
    app: AppTest, settings: Settings, change: dict[str, object], reason: str
) -> None:
    """No button, but a plain reason in its place."""
    store_result(settings, changed(**change), "ranked")
    opened(app, "ranked")
    assert "race" not in buttons(app)
    assert "to-race" not in buttons(app)
    assert f"It cannot be found by training. {reason}" in said(app)


def test_starting_gives_the_run_a_race(
    app: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click keeps the minutes with the plan and starts the worker; the page stays where it is."""
    started: list[str] = []
    monkeypatch.setattr("dashboard.jobs.races.start_worker", lambda run, _settings: started.append(run))
    store = store_result(settings, RUN, "ranked")
    opened(app, "ranked")
    app.number_input(key="race-minutes").set_value(3).run()
    app.button(key="race").click().run()
    assert not app.exception
    assert started == ["ranked"]
    assert store.plan("ranked").analyses.decide_seconds == 180.0
    assert store.state("ranked") is RunState.QUEUED
    assert app.segmented_control(key="section").value == SECTION


@pytest.mark.parametrize("is_here", [True, False])
def test_a_race_by_adapters_is_asked_for_beside_the_minutes(
    app: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch, *, is_here: bool
) -> None:
    """A ticked box is kept with the plan; without the package it cannot be ticked, and says why."""
    monkeypatch.setattr("dashboard.jobs.races.start_worker", lambda *_: None)
    for module in ("ptmrank_core.benchmark.race.lora", "dashboard.views.results.training.offer"):
        monkeypatch.setattr(f"{module}.has_peft", lambda: is_here)
    store = store_result(settings, RUN, "ranked")
    opened(app, "ranked")
    box = app.checkbox(key="race-lora")
    assert box.disabled is not is_here
    assert ("pip install 'ptmrank[peft]'" in box.help) is not is_here
    assert not box.value
    if is_here:
        box.check().run()
    app.button(key="race").click().run()
    assert not app.exception
    assert store.plan("ranked").analyses.lora is is_here


def test_a_race_at_work_is_watched(app: AppTest, settings: Settings) -> None:
    """Who leads, what is trained now, how long yet; who is out is crossed out and why; it can be cancelled.

    The headline stays the ranking's, and a reload shows the same.
    """
    store = store_race(settings, "at work", "racing")
    headline = answer(opened(app, "racing")) if store else ""
    with hold_run(settings, "racing"):
        store.add_event("racing", RaceStep(MODELS[1], "full", 0.4, 420.0))
        opened(app, "racing")
        assert answer(app) == headline
        words = said(app)
        assert f"Now {MODELS[1]}: all weights, on all (40 % done)." in words
        assert f"~~{MODELS[3]}~~: It is behind the leader" in words
        assert "At most 7 min left." in said_bar(app)
        assert f"{MODELS[1]} leads" in said_bar(app)
        assert "tune" not in buttons(app)
        before = said(app)
        app.run()
        assert said(app) == before
        app.button(key="cancel-race").click().run()
        assert store.cancel_requested("racing")


def said_bar(app: AppTest) -> str:
    """The text of the only progress bar."""
    (bar,) = app.get("progress")
    return strip_bidi(bar.proto.text).replace("\\", "")


def test_the_headline_changes_when_the_race_is_decided(app: AppTest, settings: Settings) -> None:
    """Before it the ranking's answer, with where the race stands; then the winner, on held-out samples."""
    store = store_race(settings, "at work", "racing")
    done = RACES["decided"].contents(Race)[""]
    with hold_run(settings, "racing"):
        opened(app, "racing")
        assert not answer(app).startswith(f"Take {MODELS[1]}: fine-tuned")
        assert "The race so far" in said(app)
        store.add_finding("racing", Finding(Race.KIND, "", done, 0.0))
        app.run()
        assert answer(app).startswith(f"Take {MODELS[1]}: fine-tuned, it reaches 95.0 %")
        assert "cancel-race" not in buttons(app)


def test_a_race_that_waits_says_so(app: AppTest, settings: Settings) -> None:
    """Between the click and the first dose: what comes before, and a way to cancel."""
    asked = replace(RUN, plan=replace(RUN.plan, analyses=replace(RUN.plan.analyses, decide_seconds=60.0)))
    store_result(settings, replace(asked, state=RunState.RUNNING), "asked")
    with hold_run(settings, "asked"):
        opened(app, "asked")
        assert "The race begins" in said(app)
        assert {"cancel-race"} <= buttons(app)
        assert "race" not in buttons(app)


@pytest.mark.parametrize("name", ["cancelled", "cancelled at once", "cancelled in the final"])
def test_a_cancelled_race_can_go_on(
    app: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It says how far it came, shows what it knows, and goes on with a click."""
    started: list[str] = []
    monkeypatch.setattr("dashboard.jobs.runs.start_worker", lambda run, _settings: started.append(run))
    store = store_race(settings, name, "stopped")
    opened(app, "stopped")
    so_far = race_of(store.result("stopped"))
    assert so_far is not None
    assert strip_bidi(plain(race_sentence(so_far))) in said(app)
    app.button(key="resume-race").click().run()
    assert started == ["stopped"]


def test_a_refused_race_says_why(app: AppTest, settings: Settings) -> None:
    """The reason stands where the race would be; nothing is offered that cannot be."""
    store_race(settings, "refused", "refused")
    opened(app, "refused")
    assert "The race did not begin. The smallest class, d, has 6 samples" in app.info[0].value
    assert not {"race", "resume-race"} & buttons(app)


def test_a_race_can_get_more_time(app: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A race that ended goes on for so many minutes more, from what it has trained."""
    started: list[str] = []
    monkeypatch.setattr("dashboard.jobs.races.start_worker", lambda run, _settings: started.append(run))
    store = store_race(settings, "time up", "ended")
    before = store.result("ended").contents(Race)[""]
    opened(app, "ended")
    app.number_input(key="race-minutes").set_value(2).run()
    app.button(key="race").click().run()
    assert started == ["ended"]
    race = store.result("ended").contents(Race)[""]
    assert race.seconds_limit == before.seconds_used + 120.0
    assert not race.is_done


def test_the_run_page_shows_the_race_at_work(app: AppTest, settings: Settings) -> None:
    """Below the models: the dose at work, and who is out."""
    store = store_race(settings, "at work", "racing")
    with hold_run(settings, "racing"):
        store.add_event("racing", AnalysisStep(Race.KIND, 180, 600))
        store.add_event("racing", RaceStep(MODELS[1], "full", 0.4, 420.0))
        open_page(app, "run", run="racing")
        assert "Now computing a race that trains the plausible models" in str(
            app.get("progress")[0].proto.text
        )
        assert f"Now {MODELS[1]}: all weights, on all (40 % done)." in said(app)


@pytest.mark.parametrize("name", ["regression", "several labels", "time up", "near chance", "all failed"])
def test_every_end_is_drawn(app: AppTest, settings: Settings, name: str) -> None:
    """Numbers, several labels, too little time, nothing better than a guess, nothing that trains."""
    store_race(settings, name, "ended")
    opened(app, "ended")
    assert not app.exception
    assert "cancel-race" not in buttons(app)


def test_the_winner_is_packed_when_asked_for(
    app: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A button first; then a link to the file with its size, and the script that goes on."""
    store_race(settings, "decided", "ended")
    keep_state(settings, "ended")
    monkeypatch.setattr("dashboard.jobs.winners.pack_winner", lambda run, own, **_: pack_made_up(own, run))
    opened(app, "ended")
    assert primary(app) == ["Prepare the download"]
    app.button(key="pack").click().run()
    assert "pack" not in buttons(app)
    (link,) = app.get("link_button")
    assert link.proto.label == "Download vit-letters.zip (2 kB)"
    assert link.proto.url == f"winner/ended/{'a1' * 16}.zip"
    assert "print('on')" in [own.value for own in app.code]


def test_a_winner_that_cannot_be_packed_says_why(
    app: AppTest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What went wrong stands below the button, which stays; without the weights there is none."""

    def fail(*_: object, **__: object) -> None:
        raise SamplesChangedError("The samples have changed.", hint="Race again.")

    store_race(settings, "decided", "ended")
    opened(app, "ended")
    assert "The trained weights are no longer here" in said(app)
    assert "pack" not in buttons(app)
    keep_state(settings, "ended")
    monkeypatch.setattr("dashboard.jobs.winners.pack_winner", fail)
    app.run()
    app.button(key="pack").click().run()
    assert "The samples have changed." in app.error[0].value
    assert "pack" in buttons(app)


def test_others_see_the_race_and_cannot_change_it(app: AppTest, settings: Settings) -> None:
    """Who only has the link sees the offer in words, a race without Cancel, an end without the winner."""
    store_result(settings, RUN, "ranked", owner="somebody")
    store_race(settings, "at work", "racing", owner="somebody")
    store_race(settings, "cancelled", "stopped", owner="somebody")
    store_race(settings, "decided", "ended", owner="somebody")
    keep_state(settings, "ended")
    opened(app, "ranked")
    assert "Only the owner of this run can start it." in said(app)
    with hold_run(settings, "racing"):
        opened(app, "racing")
        assert f"~~{MODELS[3]}~~" in said(app)
    for run in ("ranked", "racing", "stopped", "ended"):
        opened(app, run)
        assert not {"race", "cancel-race", "resume-race", "pack", "tune"} & buttons(app)
    for change in (lambda: jobs.decide("ranked", 60.0), lambda: jobs.pack("ended")):
        with pytest.raises(NotOwnerError):
            change()
