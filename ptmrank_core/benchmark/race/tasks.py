"""What a dose trains and tests on, and what it continues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ptmrank_core.benchmark.race.choice import NextDose
from ptmrank_core.benchmark.race.states import TrainingStates
from ptmrank_core.features.training.doses import TrainingTask
from ptmrank_core.records import DoseStage, ModelSpec, RaceDose, RaceParts, Samples
from ptmrank_core.sampling import Indices, ThreeParts, nested_order, units_of_samples

__all__ = ["RaceTasks", "continued_numbers"]

PART_SHARE = 0.5


def continued_numbers(doses: Iterable[RaceDose]) -> list[int]:
    """List the numbers of the doses that may be continued.

    Never a final training, which has seen the choosing samples: a race that is given more time may follow it.
    """
    return [dose.number for dose in doses if dose.value is not None and dose.stage != "final"]


@dataclass(frozen=True, eq=False)
class RaceTasks:
    """Makes the tasks of one race.

    Parameters
    ----------
    samples
        The samples of the run.
    rows
        How they are parted.
    states
        Where states of training are kept.
    seed
        Seed of the run.
    lora
        Whether low-rank adapters are trained instead of all weights.
    """

    samples: Samples
    rows: ThreeParts
    states: TrainingStates
    seed: int
    lora: bool = False

    @property
    def parts(self) -> RaceParts:
        """How many samples each part has."""
        rows = self.rows
        return RaceParts(len(rows.training), len(rows.choosing), len(rows.judging), self.seed)

    def rows_of(self, stage: DoseStage) -> Indices:
        """Return the samples that a stage trains on, ascending; half of them are drawn as the parts are."""
        if stage == "final":
            return self.rows.not_judging
        if stage != "part":
            return self.rows.training
        units = units_of_samples(self.samples.take(self.rows.training))
        return self.rows.training[nested_order(units, minimum=1, seed=self.seed).of_share(PART_SHARE)]

    def task(
        self,
        spec: ModelSpec,
        step: NextDose,
        *,
        doses: Sequence[RaceDose],
        number: int,
        seconds: float,
    ) -> TrainingTask:
        """Make the task of a dose.

        Parameters
        ----------
        spec
            The model, on disk.
        step
            What to train.
        doses
            The doses of this model so far: the next one continues the last. The final training and a dose at
            another rate start from the checkpoint.
        number
            Place of the dose in the race.
        seconds
            When to stop early.
        """
        found = [self.states.find(number) for number in continued_numbers(doses)]
        goes_on = bool(found) and step.stage != "final" and step.rate == 1.0
        return TrainingTask(
            spec=spec,
            stage=step.stage,
            rows=self.rows_of(step.stage),
            tested=self.rows.judging if step.stage == "final" else self.rows.choosing,
            epochs=step.epochs,
            continues=found[-1] if goes_on else None,
            keeps=self.states.make_way(number),
            seed=self.seed,
            rate=step.rate,
            seconds=seconds,
            lora=self.lora,
        )
