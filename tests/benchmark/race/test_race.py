"""The race on a clock of recorded costs: killed and resumed, cancelled, failures alone, refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.benchmark import (
    RunStore,
    can_save,
    clear_failed,
    compare_cards,
    delete_run,
    make_card,
    read_card,
    read_progress,
    run_card,
    run_here,
    run_sizes,
)
from ptmrank_core.benchmark.race import choice, work
from ptmrank_core.benchmark.race.asking import decide, repeat_race
from ptmrank_core.benchmark.race.states import states_folder
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, RunError
from ptmrank_core.events import Event, RaceStep
from ptmrank_core.records import Analyses, Race, RaceDose, RunPlan, RunState
from ptmrank_core.sampling import draw_three_parts
from ptmrank_core.worker import SOURCES
from tests.benchmark.race.replaying import (
    KilledError,
    Moments,
    Recorded,
    replay,
    with_moments,
)
from tests.benchmark.runs import stored_plan

pytestmark = pytest.mark.usefixtures("_recorded_facts")
CURVES = {
    "a-slow": Recorded(0.5, 0.95, 6.0),
    "b-good": Recorded(0.55, 0.95, 2.0),
    "c-fair": Recorded(0.6, 0.85, 2.0),
    "d-weak": Recorded(0.5, 0.6, 1.0),
}
RANKING = Analyses(half_samples=0, projections=False, references=False, sample_sizes=False)
RACE = replace(RANKING, decide_seconds=120.0)
# Of each dose: the race is stored, the trainer begins, writes a state, has written it, the dose is stored.
N_KILLS, MOMENTS_OF_DOSE, SEED_OF_KILLS = 10, 7, 3


def planned(settings: Settings, pictures: Path, models: Path, analyses: Analyses = RACE) -> RunPlan:
    """A run with a race, queued."""
    plan = stored_plan(settings, pictures, models, ["logme"])
    plan = replace(plan, analyses=analyses)
    RunStore(settings).replan(plan)
    return plan


def ranked_and_asked(settings: Settings, pictures: Path, models: Path) -> RunPlan:
    """A ranked run, asked for a race of 120 s."""
    plan = planned(settings, pictures, models, RANKING)
    assert run_here(plan.run_id, settings, sources=SOURCES) is RunState.FINISHED
    decide(RunStore(settings), settings, plan.run_id, 120.0)
    return RunStore(settings).plan(plan.run_id)


def raced(
    plan: RunPlan, settings: Settings, curves: Mapping[str, Recorded] = CURVES, moments: Moments | None = None
) -> RunState:
    """Do the run, or what is left of it."""
    sources = replace(SOURCES, make_trainer=replay(curves, moments))
    return run_here(plan.run_id, settings, sources=sources)


def doses_of(plan: RunPlan, settings: Settings) -> list[RaceDose]:
    """The stored doses."""
    return list(RunStore(settings).result(plan.run_id).contents(RaceDose).values())


def race_of(plan: RunPlan, settings: Settings) -> Race:
    """The stored race."""
    return RunStore(settings).result(plan.run_id).contents(Race)[""]


def test_a_race_finds_the_best_and_trains_it_to_the_end(
    settings: Settings, pictures: Path, models: Path
) -> None:
    """Doses are stored in their order; the winner is trained on four fifths and judged by the last one."""
    plan, moments = planned(settings, pictures, models), Moments()
    assert raced(plan, settings, moments=moments) is RunState.FINISHED
    race, doses = race_of(plan, settings), doses_of(plan, settings)
    assert [dose.number for dose in doses] == list(range(len(doses)))
    assert race.is_done
    assert race.winner in {"a-slow", "b-good"}
    assert race.final is not None
    assert doses[-1].stage == "final"
    assert (race.final.value, race.final.n_train, race.final.n_test) == (doses[-1].value, 48, 12)
    assert race.final.low < race.final.value <= race.final.high <= 1
    assert race.seconds_used == pytest.approx(sum(dose.seconds for dose in doses))
    assert race.seconds_used <= race.seconds_limit <= 120
    parts = draw_three_parts(SOURCES.load_samples(str(pictures), plan.reading), seed=0)
    for task in moments.tasks[:-1]:
        assert not np.isin(parts.judging, task.rows).any()
        assert task.tested.tolist() == parts.choosing.tolist()
    assert moments.tasks[-1].tested.tolist() == parts.judging.tolist()
    assert not np.isin(parts.judging, moments.tasks[-1].rows).any()


def test_killed_at_ten_random_moments_a_race_ends_as_if_undisturbed(
    settings: Settings, pictures: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between decisions, in the middle of a state, before and after storing: the same doses and end."""
    undisturbed, plan = (ranked_and_asked(settings, pictures, models) for _ in range(2))
    raced(undisturbed, settings)
    random, write, kinds = np.random.default_rng(SEED_OF_KILLS), RunStore.add_findings, set()
    for _ in range(N_KILLS):
        moments = Moments(fatal=int(random.integers(1, MOMENTS_OF_DOSE + 2)))
        monkeypatch.setattr(RunStore, "add_findings", with_moments(write, moments))
        with pytest.raises(KilledError):
            raced(plan, settings, moments=moments)
        kinds.add(moments.fatal)
    monkeypatch.setattr(RunStore, "add_findings", write)
    assert len(kinds) > MOMENTS_OF_DOSE // 2
    assert 0 < len(doses_of(plan, settings)) < len(doses_of(undisturbed, settings))
    assert raced(plan, settings) is RunState.FINISHED
    assert doses_of(plan, settings) == doses_of(undisturbed, settings)
    assert race_of(plan, settings) == race_of(undisturbed, settings)


def test_any_process_can_follow_a_race(settings: Settings, pictures: Path, models: Path) -> None:
    """The stored progress names the model at work, what is trained and how much time is left."""
    plan, seen = ranked_and_asked(settings, pictures, models), []
    store = RunStore(settings)

    def watch(event: Event) -> None:
        if isinstance(event, RaceStep) and event.share == 0:
            seen.append((event, read_progress(store, settings, plan.run_id).race))

    run_here(plan.run_id, settings, sources=replace(SOURCES, make_trainer=replay(CURVES)), sink=watch)
    doses = doses_of(plan, settings)
    assert [(told.model, told.stage) for told, _ in seen] == [(dose.model, dose.stage) for dose in doses]
    assert seen[0][0] == seen[0][1]
    left = [told.seconds_left for told, _ in seen]
    assert left[0] == 120
    assert left == sorted(left, reverse=True)
    last = read_progress(store, settings, plan.run_id).race
    assert last is not None
    assert (last.model, last.stage, last.share) == (doses[-1].model, "final", 1.0)


def test_of_states_the_last_of_each_model_is_kept_and_in_the_end_the_winners(
    settings: Settings, pictures: Path, models: Path
) -> None:
    """Whoever is out leaves no state; deleting the run deletes the rest, which counts to its size."""
    plan, seen = ranked_and_asked(settings, pictures, models), []
    folder, store = states_folder(settings, plan.run_id), RunStore(settings)

    def watch(event: Event) -> None:
        if isinstance(event, RaceStep) and event.share == 0:
            seen.append({path.name for path in folder.iterdir()} if folder.exists() else set())
            last = {dose.model: dose for dose in doses_of(plan, settings)}
            out = {own.model for own in race_of(plan, settings).standings if own.is_out}
            assert seen[-1] == {f"{dose.number:04}" for dose in last.values() if dose.model not in out}

    sources = replace(SOURCES, make_trainer=replay(CURVES))
    run_here(plan.run_id, settings, sources=sources, sink=watch)
    assert len(seen) == len(doses_of(plan, settings)) > 2
    (kept,) = folder.iterdir()
    assert kept.name == f"{doses_of(plan, settings)[-1].number:04}"
    before = run_sizes(store, settings)[plan.run_id]
    assert before > (kept / "state.json").stat().st_size
    delete_run(store, settings, plan.run_id)
    assert not folder.exists()


def test_a_state_of_a_dose_that_was_not_stored_is_not_continued(
    settings: Settings, pictures: Path, models: Path
) -> None:
    """A worker that was killed after it wrote a state: the dose is taken again, from the state before."""
    plan, moments = ranked_and_asked(settings, pictures, models), Moments(fatal=3)
    with pytest.raises(KilledError):
        raced(plan, settings, moments=moments)
    assert [path.name for path in states_folder(settings, plan.run_id).iterdir()] == ["0000"]
    assert not doses_of(plan, settings)
    again = Moments()
    raced(plan, settings, moments=again)
    assert (again.tasks[0].keeps.name, again.tasks[0].continues) == ("0000", None)


def test_failures_are_alone(settings: Settings, pictures: Path, models: Path) -> None:
    """A model whose training fails is out with its reason and its time; the others go on to a decision."""
    plan = ranked_and_asked(settings, pictures, models)
    broken = {**CURVES, "b-good": replace(CURVES["b-good"], fails_at=first_stage(plan, settings))}
    assert raced(plan, settings, broken) is RunState.FINISHED
    (failed,) = (dose for dose in doses_of(plan, settings) if dose.problem)
    assert failed.model == "b-good"
    assert failed.problem == "Its loss is not finite. Try a lower rate."
    assert failed.seconds > 0
    race = race_of(plan, settings)
    (standing,) = (own for own in race.standings if own.model == "b-good")
    assert (standing.is_out, standing.reason) == (True, failed.problem)
    assert race.winner not in {"", "b-good"}
    assert race.final is not None


def test_a_winner_that_fails_at_last_makes_way_for_the_next(
    settings: Settings, pictures: Path, models: Path
) -> None:
    """The final training of the best fails: the race goes on and ends with another winner."""
    plan = ranked_and_asked(settings, pictures, models)
    favourites = {"a-slow", "b-good"}
    broken = {
        name: replace(own, fails_at="final") if name in favourites else own for name, own in CURVES.items()
    }
    assert raced(plan, settings, broken) is RunState.FINISHED
    race = race_of(plan, settings)
    assert race.winner in {"c-fair", "d-weak"}
    assert race.final is not None
    assert {dose.model for dose in doses_of(plan, settings) if dose.problem} <= favourites


def test_a_cancelled_race_keeps_what_it_knows_and_goes_on_when_resumed(
    settings: Settings, pictures: Path, models: Path
) -> None:
    """After two doses the run is cancelled: they stay with the standings, and a resumed race ends alike."""
    undisturbed, plan = (ranked_and_asked(settings, pictures, models) for _ in range(2))
    raced(undisturbed, settings)
    sources = replace(SOURCES, make_trainer=replay(CURVES))
    state = run_here(
        plan.run_id, settings, sources=sources, cancel=lambda: len(doses_of(plan, settings)) == 2
    )
    assert state is RunState.CANCELLED
    race = race_of(plan, settings)
    assert len(doses_of(plan, settings)) == 2
    assert race.leader
    assert not race.is_done
    assert raced(plan, settings) is RunState.FINISHED
    assert doses_of(plan, settings) == doses_of(undisturbed, settings)
    assert race_of(plan, settings) == race_of(undisturbed, settings)


def test_a_done_race_trains_nothing_again_and_more_time_goes_on_from_its_doses(
    settings: Settings, pictures: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Resuming a decided run trains nothing. Given more time it keeps its doses, but continues no final."""
    plan, again = ranked_and_asked(settings, pictures, models), Moments()
    raced(plan, settings)
    done, race = doses_of(plan, settings), race_of(plan, settings)
    raced(plan, settings, moments=again)
    assert again.tasks == []
    decide(RunStore(settings), settings, plan.run_id, 600.0)
    assert not race_of(plan, settings).is_done
    with monkeypatch.context() as patched:  # it is so sure that it would not go on by itself
        patched.setattr(choice, "SURE", 0.0)
        patched.setattr(choice, "LEAST_GAIN", 0.0)
        assert raced(plan, settings, moments=again) is RunState.FINISHED
    more = [task for task in again.tasks if task.stage != "final"]
    assert more
    finals = {f"{dose.number:04}" for dose in done if dose.stage == "final"}
    assert not finals & {task.continues.name for task in more if task.continues}
    assert doses_of(plan, settings)[: len(done)] == done
    assert race_of(plan, settings).seconds_limit == pytest.approx(race.seconds_used + 600)
    assert race_of(plan, settings).is_done


def test_the_same_question_asked_again_trains_nothing_twice(
    settings: Settings, pictures: Path, models: Path
) -> None:
    """A run that was planned alike takes the race over, with its winner; one of another seed does not."""
    first, again = planned(settings, pictures, models), planned(settings, pictures, models)
    raced(first, settings)
    moments = Moments()
    assert raced(again, settings, moments=moments) is RunState.FINISHED
    assert moments.tasks == []
    assert doses_of(again, settings) == doses_of(first, settings)
    taken, race = race_of(again, settings), race_of(first, settings)
    assert replace(taken, notes=()) == replace(race, notes=())
    assert first.run_id in taken.notes[-1]
    assert can_save(settings, RunStore(settings).result(again.run_id))
    other = planned(settings, pictures, models)
    RunStore(settings).replan(replace(other, seed=5))
    assert raced(other, settings, moments=moments) is RunState.FINISHED
    assert moments.tasks


@pytest.mark.parametrize(("engine", "is_taken"), [("local", True), ("ray://10.0.0.1:10001", False)])
def test_a_race_is_taken_over_where_it_was_trained(
    settings: Settings, pictures: Path, models: Path, engine: str, is_taken: bool
) -> None:
    """What an engine has done differs each time and does not count; which engine trained does."""
    first, again = planned(settings, pictures, models), planned(settings, pictures, models)
    raced(first, settings)
    told = {"engine": "ray: 7 tasks", "race_engine": f"{engine}: 3 doses, 1.2 MB of states sent and received"}
    RunStore(settings).add_environment(first.run_id, told)
    moments = Moments()
    assert raced(again, settings, moments=moments) is RunState.FINISHED
    assert (moments.tasks == []) is is_taken


def test_an_error_in_the_race_itself_is_a_problem_that_can_be_retried(
    settings: Settings, pictures: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is finished, the reason is stored; tried again, the race goes on."""
    plan = ranked_and_asked(settings, pictures, models)

    def fail(*_: object) -> None:
        raise ValueError("no beliefs today")

    with monkeypatch.context() as patched:
        patched.setattr(work, "standings", fail)
        assert raced(plan, settings) is RunState.FINISHED
    store = RunStore(settings)
    assert "no beliefs today" in store.result(plan.run_id).problems(Race)[""]
    assert clear_failed(store, settings, plan.run_id) == 1
    assert raced(plan, settings) is RunState.FINISHED
    assert race_of(plan, settings).final is not None


def test_the_race_stands_on_the_card_and_a_replay_tells_where_it_differs(
    settings: Settings, pictures: Path, models: Path, tmp_path: Path
) -> None:
    """The card is read as it was written; another winner and the first other dose are named."""
    plan = ranked_and_asked(settings, pictures, models)
    raced(plan, settings)
    result = RunStore(settings).result(plan.run_id)
    card = make_card(result)
    (tmp_path / "card.json").write_text(json.dumps(run_card(result)), encoding="utf-8")
    assert read_card(tmp_path / "card.json") == card
    assert card.race is not None
    assert [dose.model for dose in card.race.doses] == [dose.model for dose in doses_of(plan, settings)]
    assert compare_cards(card, card).conditions == ()
    other = replace(card.race, winner="d-weak", doses=(card.race.doses[0], *card.race.doses[2:]))
    (winner, dose) = compare_cards(card, replace(card, race=other)).conditions
    assert (winner.name, winner.card, winner.here) == ("winner of the race", card.race.winner, "d-weak")
    assert (dose.name, dose.card) == ("dose 2 of the race", card.race.doses[1].words)


def test_a_race_is_repeated_dose_by_dose_on_a_slower_machine(
    settings: Settings, pictures: Path, models: Path
) -> None:
    """Where a pass takes other times, the order of the card is kept, and the end is the same."""
    plan = ranked_and_asked(settings, pictures, models)
    raced(plan, settings)
    card = make_card(RunStore(settings).result(plan.run_id))
    assert card.race is not None
    slower = {
        name: replace(own, seconds=own.seconds * factor)
        for factor, (name, own) in zip((0.2, 1.4, 0.3, 3.0), CURVES.items(), strict=True)
    }
    ends = {}
    for repeats in (False, True):
        again = planned(settings, pictures, models)
        opened = repeat_race(replace(card.race, seconds_limit=240.0), again)
        RunStore(settings).add_findings(again.run_id, opened[: 1 + repeats])
        assert raced(again, settings, slower) is RunState.FINISHED
        ends[repeats] = make_card(RunStore(settings).result(again.run_id)).race
    assert ends[True] is not None
    assert ends[True].doses == card.race.doses
    assert (ends[True].winner, ends[True].final) != ("", None)
    assert ends[False] is not None
    assert ends[False].doses != card.race.doses  # left to itself, it takes another order


def test_too_few_samples_are_refused_with_the_reason(
    settings: Settings, picture_zip: Path, models: Path
) -> None:
    """Six pictures of a class cannot be parted: the race says so and trains nothing; the run is finished."""
    plan, moments = planned(settings, picture_zip, models), Moments()
    assert raced(plan, settings, moments=moments) is RunState.FINISHED
    race = race_of(plan, settings)
    assert moments.tasks == []
    assert race.is_done
    assert race.stopped.startswith("Too few samples of 'checks' (6), 'dots' (6), 'stripes' (6); expected at")


def test_only_a_finished_run_is_asked_for_a_race(settings: Settings, pictures: Path, models: Path) -> None:
    """A queued run is refused, and so is a time that is none."""
    plan = planned(settings, pictures, models, RANKING)
    with pytest.raises(RunError, match=r"is queued; expected a finished run\. Resume it first"):
        decide(RunStore(settings), settings, plan.run_id, 60.0)
    with pytest.raises(InputError, match="is -1 s; expected a positive number of seconds"):
        decide(RunStore(settings), settings, plan.run_id, -1.0)


def first_stage(plan: RunPlan, settings: Settings) -> str:
    """The stage of the first dose of a race, which is killed with it."""
    moments = Moments(fatal=1)
    with pytest.raises(KilledError):
        raced(plan, settings, moments=moments)
    return moments.tasks[0].stage
