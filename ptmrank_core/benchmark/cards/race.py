"""The race of a run on its card: parts, doses, winner and result, and how two races differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ptmrank_core.records import DoseStage, Race, RaceFinal, RaceParts, RunResult, doses_in_order

__all__ = ["CardDose", "CardRace", "race_differences", "race_of"]


@dataclass(frozen=True, slots=True)
class CardDose:
    """One dose of a race.

    Parameters
    ----------
    model, stage, epochs, n_train, learning_rate, value, rate
        As in :class:`~ptmrank_core.records.RaceDose`.
    """

    model: str
    stage: DoseStage
    epochs: float
    n_train: int
    learning_rate: float
    value: float | None
    rate: float = 1.0

    @property
    def words(self) -> str:
        """What was trained, how long, and at which rate if it was not the usual one."""
        rate = "" if self.rate == 1.0 else f" at {self.rate:g} times the rate"
        return f"{self.model} {self.stage} {self.epochs:.3g}{rate}"


@dataclass(frozen=True, slots=True)
class CardRace:
    """The race of a run.

    Parameters
    ----------
    parts
        How the samples were parted; the parts follow from the samples and the seed.
    seconds_limit
        Time that it had.
    doses
        In their order.
    stopped, winner, final
        As in :class:`~ptmrank_core.records.Race`.
    """

    parts: RaceParts
    seconds_limit: float
    doses: tuple[CardDose, ...]
    stopped: str
    winner: str
    final: RaceFinal | None


def race_of(result: RunResult) -> CardRace | None:
    """Describe the race of a run; ``None`` if it had none."""
    race = result.contents(Race).get("")
    if race is None:
        return None
    return CardRace(
        parts=race.parts,
        seconds_limit=race.seconds_limit,
        doses=tuple(
            CardDose(
                model=dose.model,
                stage=dose.stage,
                epochs=dose.epochs,
                n_train=dose.n_train,
                learning_rate=dose.learning_rate,
                value=dose.value,
                rate=dose.rate,
            )
            for dose in doses_in_order(result.findings)
        ),
        stopped=race.stopped,
        winner=race.winner,
        final=race.final,
    )


def race_differences(
    card: CardRace | None, here: CardRace | None
) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield what differs between the races of a run and of its replay: name, and value in each of them.

    Doses depend on the time that they take, so another machine may take others.
    """
    if card is None:
        return
    pairs = [("winner of the race", card.winner or None, here.winner or None if here else None)]
    finals = [race.final if race else None for race in (card, here)]
    values = [None if final is None else f"{final.value:.6g}" for final in finals]
    pairs.append(("held-out result of the race", values[0], values[1]))
    others = here.doses if here else ()
    same = [mine.words == other.words for mine, other in zip(card.doses, others, strict=False)]
    place = same.index(False) if False in same else len(same)
    words = [doses[place].words if place < len(doses) else None for doses in (card.doses, others)]
    pairs.append((f"dose {place + 1} of the race", words[0], words[1]))
    yield from (pair for pair in pairs if pair[1] != pair[2])
