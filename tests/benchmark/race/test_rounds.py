"""Races whose doses are trained side by side, on a clock of recorded costs, in the place of a cluster."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.benchmark import RunStore, make_card, run_here
from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.execution.engine import HERE
from ptmrank_core.benchmark.race.asking import open_race, repeat_race
from ptmrank_core.benchmark.race.beliefs import standings
from ptmrank_core.benchmark.race.choice import NextDose, next_doses
from ptmrank_core.benchmark.race.dosing import DoseWork, RoundProgress, shares_of_clock, train_together
from ptmrank_core.benchmark.race.trainer import OnProgress, TrainingGround
from ptmrank_core.config import Settings
from ptmrank_core.errors import CancelledError
from ptmrank_core.events import Event, RaceStep
from ptmrank_core.features.training.doses import TaskResult, TrainingTask
from ptmrank_core.records import Analyses, Finding, ModelSpec, Race, RaceDose, RunPlan, RunState
from ptmrank_core.worker import SOURCES
from tests.benchmark.race.made_up import FACTS, dose, runner
from tests.benchmark.race.replaying import KilledError, Moments, Recorded, ReplayTrainer, with_moments
from tests.benchmark.runs import stored_plan
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("_recorded_facts")
CURVES = {
    "a-slow": Recorded(0.5, 0.95, 6.0),
    "b-good": Recorded(0.55, 0.95, 2.0),
    "c-fair": Recorded(0.6, 0.85, 2.0),
    "d-weak": Recorded(0.5, 0.6, 1.0),
}
LIMIT, N_AT_ONCE = 240.0, 3
RACE = Analyses(half_samples=0, projections=False, references=False, sample_sizes=False, decide_seconds=LIMIT)
N_KILLS, MOMENTS_OF_ROUND, SEED_OF_KILLS = 6, 12, 4


class Places(type(HERE)):
    """The machine of the run, with some places for doses."""

    def racing(self, run_context: RunContext) -> AbstractContextManager[RunContext]:
        """Offer the places."""
        return nullcontext(replace(run_context, n_doses=N_AT_ONCE))


class SideBySideTrainer(ReplayTrainer):
    """Each thread has a clock of its own, which begins with the round; the last one is that of the race."""

    def __init__(self, ground: TrainingGround, curves: Mapping[str, Recorded], moments: Moments) -> None:
        self._race, self._own, self._lock = threading.get_ident(), threading.local(), threading.Lock()
        self._begun = self._latest = 0.0
        super().__init__(ground, curves, moments)

    @property
    def _now(self) -> float:
        if threading.get_ident() == self._race:
            self._begun = self._latest
            return self._latest
        return getattr(self._own, "now", self._begun)

    @_now.setter
    def _now(self, now: float) -> None:
        self._own.now = now
        with self._lock:
            self._latest = max(self._latest, now)


@pytest.fixture(autouse=True)
def _places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptmrank_core.benchmark.engines.local.engine_of", lambda _: nullcontext(Places()))


def planned(settings: Settings, pictures: Path, models: Path) -> RunPlan:
    """A run with a race, queued."""
    plan = replace(stored_plan(settings, pictures, models, ["logme"]), analyses=RACE)
    RunStore(settings).replan(plan)
    # Its time is its own, whatever the analyses before it take.
    RunStore(settings).add_findings(plan.run_id, [open_race(plan, LIMIT)])
    return plan


def raced(
    plan: RunPlan,
    settings: Settings,
    curves: Mapping[str, Recorded] = CURVES,
    moments: Moments | None = None,
    events: list[Event] | None = None,
) -> RunState:
    """Do the run, or what is left of it."""
    own, told = moments or Moments(), [] if events is None else events
    sources = replace(SOURCES, make_trainer=lambda ground: SideBySideTrainer(ground, curves, own))
    return run_here(plan.run_id, settings, sources=sources, sink=told.append)


def findings_of(plan: RunPlan, settings: Settings) -> list[Finding]:
    """The doses as they are stored, in their order."""
    found = RunStore(settings).result(plan.run_id).findings
    return sorted((own for own in found if own.kind == RaceDose.KIND), key=lambda own: own.subject)


def race_of(plan: RunPlan, settings: Settings) -> Race:
    """The stored race."""
    return RunStore(settings).result(plan.run_id).contents(Race)[""]


def test_a_round_takes_as_long_as_its_longest_dose(settings: Settings, pictures: Path, models: Path) -> None:
    """The time of a race is that of the clock: doses that were trained together share it, and are more."""
    plan, events = planned(settings, pictures, models), list[Event]()
    assert raced(plan, settings, events=events) is RunState.FINISHED
    race, findings = race_of(plan, settings), findings_of(plan, settings)
    doses = [own.content for own in findings if isinstance(own.content, RaceDose)]
    assert race.final is not None
    assert race.winner in {"a-slow", "b-good"}
    assert race.seconds_used == pytest.approx(sum(own.seconds for own in findings), abs=1e-4)
    assert race.seconds_used <= LIMIT
    assert sum(dose.seconds for dose in doses) > race.seconds_used + 1
    told = [sum(own.seconds for own in findings[:count]) for count in (2, N_AT_ONCE)]
    longest = [max(dose.seconds for dose in doses[:count]) for count in (2, N_AT_ONCE)]
    assert any(np.isclose(told, longest, atol=1e-4))  # of the first round, which has two doses or three
    left = [event.seconds_left for event in events if isinstance(event, RaceStep)]
    assert left[0] == LIMIT
    assert left[-1] == pytest.approx(LIMIT - race.seconds_used, abs=1e-4)


def test_killed_at_random_moments_a_race_ends_as_if_undisturbed(
    settings: Settings, pictures: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round is stored as a whole or not at all: the same doses, the same seconds, the same end."""
    undisturbed, plan = (planned(settings, pictures, models) for _ in range(2))
    raced(undisturbed, settings)
    random, write = np.random.default_rng(SEED_OF_KILLS), RunStore.add_findings
    n_killed = 0
    for _ in range(N_KILLS):
        moments = Moments(fatal=int(random.integers(1, MOMENTS_OF_ROUND)))
        with monkeypatch.context() as patched:
            patched.setattr(RunStore, "add_findings", with_moments(write, moments))
            try:
                raced(plan, settings, moments=moments)
            except KilledError:
                n_killed += 1
    assert n_killed > 1
    assert raced(plan, settings) is RunState.FINISHED
    assert findings_of(plan, settings) == findings_of(undisturbed, settings)
    assert race_of(plan, settings) == race_of(undisturbed, settings)


def test_failures_are_alone(settings: Settings, pictures: Path, models: Path) -> None:
    """A model whose training fails is out; the others of its round count, and a winner is found."""
    plan = planned(settings, pictures, models)
    broken = {**CURVES, "b-good": replace(CURVES["b-good"], fails_at="full")}
    assert raced(plan, settings, broken) is RunState.FINISHED
    doses = [own.content for own in findings_of(plan, settings) if isinstance(own.content, RaceDose)]
    (failed,) = (dose for dose in doses if dose.problem)
    assert (failed.model, failed.problem) == ("b-good", "Its loss is not finite. Try a lower rate.")
    assert failed.number < N_AT_ONCE
    assert sum(dose.value is not None for dose in doses[:N_AT_ONCE]) == N_AT_ONCE - 1
    assert race_of(plan, settings).winner not in {"", "b-good"}


def test_a_repeated_race_has_the_doses_of_its_card(settings: Settings, pictures: Path, models: Path) -> None:
    """Turns that follow one another are taken together where their models differ, on a slower machine too."""
    plan = planned(settings, pictures, models)
    raced(plan, settings)
    card = make_card(RunStore(settings).result(plan.run_id)).race
    assert card is not None
    again = planned(settings, pictures, models)
    RunStore(settings).add_findings(again.run_id, repeat_race(replace(card, seconds_limit=900.0), again))
    slower = {name: replace(own, seconds=3 * own.seconds) for name, own in CURVES.items()}
    assert raced(again, settings, slower) is RunState.FINISHED
    repeated = make_card(RunStore(settings).result(again.run_id)).race
    assert repeated is not None
    assert repeated.doses == card.doses
    assert repeated.winner == card.winner


def test_a_round_is_the_beginning_of_the_best_plan() -> None:
    """Its doses are of different models up to the same pass, as many as there are places and models."""
    runners = [runner(name, 0.8) for name in "abcde"]
    beliefs = standings(runners, FACTS)
    for n_at_once in (1, 2, 8):
        steps = next_doses(runners, beliefs, FACTS, seconds_left=1e6, n_at_once=n_at_once)
        assert isinstance(steps, tuple)
        assert 0 < len(steps) <= min(n_at_once, len(runners))
        assert len({step.model for step in steps}) == len(steps)
        assert len({step.epochs for step in steps}) == 1
        assert all(isinstance(step, NextDose) and step.stage == "full" for step in steps)
    assert len(steps) > 2


def test_doses_that_do_not_fit_into_the_time_are_left_out_of_a_round() -> None:
    """A slow model waits, the quick ones are trained together; the final training keeps its time."""
    runners = [runner("a", 0.8), runner("b", 0.8), runner("slow", 0.8, seconds=1e4)]
    beliefs = standings(runners, FACTS)
    steps = next_doses(runners, beliefs, FACTS, seconds_left=1e3, n_at_once=3)
    assert isinstance(steps, tuple)
    assert "slow" not in {step.model for step in steps}


def test_doses_share_the_seconds_of_their_round() -> None:
    """By how long each was trained; one alone has its own."""
    doses = [replace(dose(name, 1.0, 0.5), seconds=seconds) for name, seconds in (("a", 1.0), ("b", 3.0))]
    assert shares_of_clock(doses, 4.0) == [1.0, 3.0]
    assert shares_of_clock(doses, 2.0) == [0.5, 1.5]
    assert shares_of_clock(doses[:1], 9.0) == [1.0]


class _BeginsAgain:
    """Trains on a made-up clock: half of a dose, then, on another node, all of it."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        """Seconds so far."""
        return self.now

    def train(self, task: TrainingTask, *, on_progress: OnProgress) -> TaskResult:  # noqa: ARG002 - a trainer
        """Tell how far it is, once a second; the third time it has begun again."""
        for share in (0.2, 0.5, 0.25, 0.5, 0.75, 1.0):
            self.now += 1.0
            on_progress(share)
        outputs = np.zeros((2, 2), dtype=np.float32)
        return TaskResult(outputs, (), "accuracy", 0.5, None, (), 1.0, 0.0, 6.0, 1, "float32", 1)


def test_what_a_dead_node_had_trained_is_no_time_of_training(tmp_path: Path) -> None:
    """All of a dose is on the clock, and passes are timed by the attempt that counts."""
    rows = np.arange(2)
    task = TrainingTask(ModelSpec("a", "local", "image"), "full", rows, rows, 1.0, None, tmp_path, 0)
    work = DoseWork(task, 0, "", measure="accuracy", trainer=_BeginsAgain(), report=lambda *_: None)
    trained, _ = work.run()
    assert (trained.seconds, trained.loading_seconds) == (6.0, 3.0)


class _Endless:
    """Trains until somebody ends it; the first model is killed at once."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    def clock(self) -> float:
        """No time passes."""
        return 0.0

    def train(self, task: TrainingTask, *, on_progress: OnProgress) -> TaskResult:
        """Go on for minutes."""
        if task.spec.id == "first":
            raise KilledError
        try:
            wait_until(lambda: on_progress(0.5) is not None)
        except CancelledError:
            self.ended.append(task.spec.id)
            raise
        raise AssertionError("nobody ended it")


def test_whoever_is_interrupted_waits_for_no_dose(tmp_path: Path) -> None:
    """What ends the process in the middle of a round ends the other doses too."""
    rows, trainer, progress = np.arange(2), _Endless(), RoundProgress(lambda *_: None)
    specs = [ModelSpec(name, "local", "image") for name in ("first", "second")]
    tasks = [TrainingTask(spec, "full", rows, rows, 1.0, None, tmp_path, 0) for spec in specs]
    works = [
        DoseWork(task, 0, "", measure="accuracy", trainer=trainer, report=progress.hear) for task in tasks
    ]
    with pytest.raises(KilledError):
        train_together(works, progress)
    assert trainer.ended in ([], ["second"])  # it may not even have begun


def test_the_progress_of_a_round_is_that_of_its_last_dose(tmp_path: Path) -> None:
    """Whoever is the least far is told of, until nobody waits for it."""
    told: list[tuple[str, float]] = []
    progress = RoundProgress(lambda task, _elapsed, share: told.append((task.spec.id, share)))
    specs = [ModelSpec(name, "local", "image") for name in ("first", "second")]
    rows = np.arange(2)
    first, second = (TrainingTask(spec, "full", rows, rows, 1.0, None, tmp_path, 0) for spec in specs)
    progress.hear(first, 0.0, 0.0)
    progress.hear(second, 0.0, 0.0)
    progress.hear(first, 1.0, 0.7)
    progress.hear(second, 1.0, 0.4)
    progress.leave_out(second)
    progress.hear(first, 2.0, 0.8)
    assert told == [("first", 0.0), ("first", 0.0), ("second", 0.0), ("second", 0.4), ("first", 0.8)]
