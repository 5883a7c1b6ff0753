"""The race at work: beliefs -> the next doses -> training -> beliefs, until a model is decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ptmrank_core.benchmark.analyses.context import AnalysisContext
from ptmrank_core.benchmark.race.beliefs import Beliefs, RaceFacts, Runner, standings
from ptmrank_core.benchmark.race.choice import NextDose, Stop, final_epochs, final_seconds, next_doses
from ptmrank_core.benchmark.race.dosing import (
    DIGITS,
    DoseWork,
    RoundProgress,
    Trained,
    shares_of_clock,
    train_together,
)
from ptmrank_core.benchmark.race.judgement import judge
from ptmrank_core.benchmark.race.pace import guessed_seconds, loading_seconds, seconds_of_pass
from ptmrank_core.benchmark.race.prior import probe_values, why_untrainable
from ptmrank_core.benchmark.race.rates import chosen_rate, next_trial, seconds_of_trials
from ptmrank_core.benchmark.race.repeating import next_turn, repeated_doses
from ptmrank_core.benchmark.race.tasks import RaceTasks, continued_numbers
from ptmrank_core.benchmark.race.trainer import Trainer
from ptmrank_core.events import AnalysisStep, RaceStep, raise_if_cancelled
from ptmrank_core.features.training.doses import TrainingTask
from ptmrank_core.records import Finding, Race, RaceDose, RaceOrder, doses_in_order
from ptmrank_core.results.constant_guess import constant_guess

__all__ = ["RaceWork", "dose_finding", "race_finding"]

# A dose that takes many times as long as was expected is stopped early; its model is then known to be slow.
# Loading is no part of what is expected, and the final training always gets some time.
PATIENCE, LOADING_SECONDS, LEAST_SECONDS = 3.0, 20.0, 10.0


def race_finding(race: Race, between: float) -> Finding:
    """Make the finding that stores a race; its own seconds are those that it spent between doses."""
    return Finding(Race.KIND, "", race, between)


def dose_finding(dose: RaceDose, seconds: float) -> Finding:
    """Make the finding that stores a dose, with its seconds of the clock; subjects sort as doses do."""
    return Finding(RaceDose.KIND, f"{dose.number:04}", dose, seconds)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a race knows before the first dose: by model, and of the samples."""

    facts: RaceFacts
    probes: Mapping[str, float]
    guesses: Mapping[str, float]
    untrainable: Mapping[str, str]


class RaceWork:
    """A race of one run, or what is left of it.

    Decisions rest on stored doses and their stored durations alone: a race that was killed and resumed takes
    the same decisions.

    Parameters
    ----------
    context
        A run whose cells are all decided.
    tasks
        The parts of its samples, and its states of training.
    trainer
        Trains the doses.
    measure
        Measure of the doses.
    limit
        Time for the race, in seconds.
    """

    def __init__(
        self, context: AnalysisContext, tasks: RaceTasks, trainer: Trainer, *, measure: str, limit: float
    ) -> None:
        self._context, self._tasks, self._trainer = context, tasks, trainer
        self._measure, self._limit = measure, limit
        self._doses = list(doses_in_order(context.findings()))
        # Of the clock: doses that were trained side by side share the seconds of their round.
        self._seconds = {own.subject: own.seconds for own in context.findings() if own.kind == RaceDose.KIND}
        self._n_at_once = context.run_context.n_doses
        self._order = context.contents(RaceOrder).get("")
        stored = [own for own in context.findings() if own.kind == Race.KIND]
        # What the race spends between doses: stored with its record, as doses are with theirs.
        self._between = stored[0].seconds if stored else 0.0
        # A resumed race looks around once more: that is not time that its owner granted it.
        self._counts = not (stored and self._doses)
        self._mark = trainer.clock()

    @property
    def _used(self) -> float:
        """Seconds used so far."""
        return self._between + sum(self._seconds[subject] for subject in sorted(self._seconds))

    def run(self) -> None:
        """Take doses until a model is decided on, and train that one to the end.

        Raises
        ------
        CancelledError
            If cancellation was requested; stored doses and states of training stay.
        """
        if not self._context.is_kept(Race):
            self._keep(Race(self._tasks.parts, (), self._limit, self._used))
        ground = self._look_around()
        while True:
            raise_if_cancelled(self._context.run_context.cancel)
            runners = self._runners(ground)
            beliefs = standings(runners, ground.facts)
            self._drop_states(beliefs)
            self._count_time()
            race = self._race_of(beliefs)
            step = self._step(runners, beliefs, ground.facts)
            if not isinstance(step, Stop):
                self._keep(race)
                leader = next(own for own in runners if own.model == beliefs.leader)
                reserved = final_seconds(leader, ground.facts)
                self._take(step, spare=self._limit - self._used - reserved)
            elif not beliefs.leader:
                self._keep(replace(race, stopped=step.reason))
                return
            elif self._finish(replace(race, stopped=step.reason, winner=beliefs.leader), runners, ground):
                return

    def _step(self, runners: list[Runner], beliefs: Beliefs, facts: RaceFacts) -> tuple[NextDose, ...] | Stop:
        """Take the next turns of the race that is repeated, if there are any and time allows; else decide.

        Once no more models are compared, other rates are tried with the leader.
        """
        left = self._limit - self._used
        repeated = repeated_doses(
            self._order,
            self._doses,
            runners,
            beliefs.leader,
            facts,
            seconds_left=left,
            n_at_once=self._n_at_once,
        )
        if repeated is not None:
            return repeated
        step = next_doses(
            runners,
            beliefs,
            facts,
            seconds_left=left + seconds_of_trials(self._doses),
            n_at_once=self._n_at_once,
        )
        leader = next((own for own in runners if own.model == beliefs.leader), None)
        if not isinstance(step, Stop) or leader is None:
            return step
        trial = next_trial(leader, self._doses, facts, seconds_left=left)
        return step if trial is None else (trial,)

    def _count_time(self) -> None:
        """Add the time since the last dose, which the decision about the next one took."""
        if self._counts:
            self._between = round(self._between + self._trainer.clock() - self._mark, DIGITS)
        self._counts = True

    def _look_around(self) -> _Ground:
        """Collect what is known before any training, without the samples that judge."""
        context, rows = self._context, self._tasks.rows
        known = context.run_context.samples.take(rows.not_judging).summary()
        untrainable = {model: why_untrainable(context, model) for model in context.specs}
        return _Ground(
            facts=RaceFacts(self._measure, constant_guess(self._measure, known) or 0.0, self._tasks.parts),
            probes=probe_values(context, rows.not_judging) if not all(untrainable.values()) else {},
            guesses=guessed_seconds(context, len(rows.training)),
            untrainable=untrainable,
        )

    def _runners(self, ground: _Ground) -> list[Runner]:
        """List the candidates with what is known of each."""
        n_train = self._tasks.parts.training
        found = []
        for model in self._context.specs:
            doses = self._doses_of(model)
            found.append(
                Runner(
                    model=model,
                    probe=ground.probes.get(model),
                    seconds_per_epoch=seconds_of_pass(doses, n_train, ground.guesses[model]),
                    doses=doses,
                    failed=ground.untrainable[model],
                )
            )
        return found

    def _doses_of(self, model: str) -> tuple[RaceDose, ...]:
        """Return the doses of a model, those that only try another rate left out."""
        return tuple(dose for dose in self._doses if dose.model == model and not dose.is_trial)

    def _race_of(self, beliefs: Beliefs) -> Race:
        """Make the record of the race as it stands."""
        return Race(
            parts=self._tasks.parts,
            standings=beliefs.standings,
            seconds_limit=self._limit,
            seconds_used=self._used,
            chance_other=beliefs.chance_other,
            leader=beliefs.leader,
        )

    def _drop_states(self, beliefs: Beliefs) -> None:
        """Delete the states of models that are out, and those that a later dose has continued."""
        in_race = [standing.model for standing in beliefs.standings if not standing.is_out]
        trained = [continued_numbers(self._doses_of(model)) for model in in_race]
        self._tasks.states.keep_only([numbers[-1] for numbers in trained if numbers])

    def _take(self, steps: Sequence[NextDose], *, spare: float) -> None:
        """Train doses within the time that the final training spares, and store them together."""
        trained, findings = self._train(
            [
                (step, max(step.seconds, min(spare, LOADING_SECONDS + PATIENCE * step.seconds)))
                for step in steps
            ]
        )
        self._context.keep_all(*findings)
        self._doses += [dose for dose, _ in trained]

    def _finish(self, race: Race, runners: list[Runner], ground: _Ground) -> bool:
        """Train the winner to the end and store the result; return whether it could be trained."""
        self._keep(race)
        left = self._limit - self._used
        runner = next(own for own in runners if own.model == race.winner)
        training = left - loading_seconds(runner.doses or self._doses)
        epochs: float = final_epochs(runner, ground.facts, seconds_left=training)
        rate = chosen_rate(race.winner, self._doses)
        turn = next_turn(self._order, self._doses)
        if turn is not None and (turn.model, turn.stage) == (race.winner, "final"):
            epochs, rate = min(turn.epochs, epochs), turn.rate
        seconds = max(left, LEAST_SECONDS)
        step = NextDose(race.winner, "final", epochs, seconds, race.stopped, rate)
        [(dose, result)], findings = self._train([(step, seconds)])
        self._doses.append(dose)
        if result is None:
            self._context.keep_all(*findings)
            return False
        tasks = self._tasks
        final = judge(result, tasks.samples, tasks.rows.judging, n_train=dose.n_train, seed=tasks.parts.seed)
        done = replace(
            race, seconds_used=self._used, final=replace(final, seconds=dose.seconds), notes=result.notes
        )
        self._context.keep_all(*findings, race_finding(done, self._between))
        tasks.states.keep_only([dose.number])
        return True

    def _train(self, steps: Sequence[tuple[NextDose, float]]) -> tuple[list[Trained], list[Finding]]:
        """Train a round of doses, each within its seconds; a model that fails does not stop the race."""
        first = self._doses[-1].number + 1 if self._doses else 0
        progress = RoundProgress(self._report)
        works = [
            self._work(step, seconds, number, progress) for number, (step, seconds) in enumerate(steps, first)
        ]
        start = self._trainer.clock()
        trained = train_together(works, progress)
        self._mark = self._trainer.clock()
        doses = [dose for dose, _ in trained]
        findings = list(map(dose_finding, doses, shares_of_clock(doses, self._mark - start)))
        self._seconds |= {own.subject: own.seconds for own in findings}
        return trained, findings

    def _work(self, step: NextDose, seconds: float, number: int, progress: RoundProgress) -> DoseWork:
        """Describe the work on one dose."""
        doses, spec = self._doses_of(step.model), self._context.specs[step.model]
        task = self._tasks.task(spec, step, doses=doses, number=number, seconds=seconds)
        return DoseWork(
            task, number, step.reason, measure=self._measure, trainer=self._trainer, report=progress.hear
        )

    def _report(self, task: TrainingTask, elapsed: float, share: float) -> None:
        """Report the progress of a dose."""
        used = self._used + elapsed
        left = max(0.0, self._limit - used)
        sink = self._context.run_context.sink
        sink(AnalysisStep(Race.KIND, min(int(used), int(self._limit)), int(self._limit)))
        sink(RaceStep(task.spec.id, task.stage, min(1.0, max(0.0, share)), left))

    def _keep(self, race: Race) -> None:
        self._context.keep_all(race_finding(race, self._between))
