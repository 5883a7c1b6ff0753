"""The winner of a race as a folder of transformers."""

from __future__ import annotations

from pathlib import Path

from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.race.states import TrainingStates, states_folder
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.errors import RunError, SamplesChangedError
from ptmrank_core.features.process import ModelCalls
from ptmrank_core.features.training.recipe import LORA_ALPHA, LORA_RANK
from ptmrank_core.features.training.saving import WinnerCard, refuse_occupied
from ptmrank_core.records import Race, RaceDose, RaceFinal, RunResult, Samples
from ptmrank_core.results.race import race_of, say_rates

__all__ = ["can_save", "save_best"]

TARGETS = {"classification": "classes", "regression": "numbers", "multilabel": "several labels each"}


def can_save(settings: Settings, result: RunResult) -> bool:
    """Whether a run has a winner, and its trained weights are still here."""
    dose = _final_dose(result)
    return dose is not None and _states(settings, result).find(dose.number) is not None


def save_best(run_id: str, settings: Settings, folder: Path, *, sources: Sources, models: ModelCalls) -> str:
    """Save the winner of a race: weights, processor, label names, a model card and a script to go on with.

    Parameters
    ----------
    run_id
        A run whose race is done.
    settings
        Where runs are stored.
    folder
        The folder; it must not exist yet, or be empty.
    sources
        Where its samples come from.
    models
        Where checkpoints are loaded: in the model process, or in this one.

    Returns
    -------
    str
        The model's id.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    RunError
        If it has no winner, or its trained weights are gone.
    InputError
        If the folder is occupied or cannot be written, or the samples cannot be loaded.
    """
    refuse_occupied(folder)
    result = RunStore(settings).result(run_id)
    race = result.contents(Race).get("")
    dose = _final_dose(result)
    if race is None or race.final is None or dose is None:
        raise RunError(f"Run {run_id} has no winner to save: {_why_none(race)}", hint="Finish a race first.")
    state = _states(settings, result).find(dose.number)
    if state is None:
        raise RunError(
            f"The trained weights of {race.winner} are no longer here.", hint="Repeat the race in a new run."
        )
    samples = sources.load_samples(result.plan.samples_source, result.plan.reading)
    if samples.fingerprint != result.plan.samples_fingerprint:
        raise SamplesChangedError(
            f"The samples at {result.plan.shown_source} have changed since the race.",
            hint="Race again on the samples of today.",
        )
    spec = result.outcomes[race.winner].spec
    models.call("save_winner", state, spec, samples, folder, _card(result, race, race.final, samples))
    return race.winner


def _final_dose(result: RunResult) -> RaceDose | None:
    """Return the dose that trained the winner to the end, the last one if a race got more time."""
    race = result.contents(Race).get("")
    if race is None or race.final is None:
        return None
    doses = [dose for dose in result.contents(RaceDose).values() if dose.stage == "final"]
    own = [dose for dose in doses if dose.model == race.winner and dose.value is not None]
    return max(own, key=lambda dose: dose.number, default=None)


def _states(settings: Settings, result: RunResult) -> TrainingStates:
    return TrainingStates(states_folder(settings, result.plan.run_id))


def _why_none(race: Race | None) -> str:
    """Say why a race has no winner."""
    if race is None:
        return "it had no race."
    return race.stopped if race.is_done else "its race is not done."


def _card(result: RunResult, race: Race, final: RaceFinal, samples: Samples) -> WinnerCard:
    """Collect what the model card says."""
    n_compared = len(race.standings)
    kinds = TARGETS[samples.target_kind]
    so_far = race_of(result)
    rates = say_rates(so_far) if so_far else ""
    named = f" ({len(samples.class_names)})" if samples.target_kind == "classification" else ""
    return WinnerCard(
        data=f"{samples.n_samples} {samples.modality} samples from {_base(samples.source)}, labelled with "
        f"{kinds}{named}",
        recipe=f"{_trained(result)} trained on {final.n_train} samples for {final.epochs:g} passes with "
        f"AdamW and a one-cycle learning rate (peak {final.learning_rate:.3g}), in {final.dtype}. The model "
        f"was chosen among {n_compared} by training the plausible ones in growing doses on "
        f"{race.parts.training} of the samples, tested on {race.parts.choosing} others. {rates}".strip(),
        measure=final.measure,
        value=final.value,
        low=final.low,
        high=final.high,
        n_train=final.n_train,
        n_test=final.n_test,
        n_compared=n_compared,
        run_id=result.plan.run_id,
        seed=result.plan.seed,
        created_at=result.plan.created_at,
        lora=result.plan.analyses.lora,
    )


def _trained(result: RunResult) -> str:
    """Begin the sentence that says what was trained."""
    if not result.plan.analyses.lora:
        return "All weights were"
    return (
        f"Low-rank adapters (LoRA: Hu et al. 2021, arXiv:2106.09685; rank {LORA_RANK}, alpha {LORA_ALPHA}, "
        "no dropout), which are merged into the weights, and the head were"
    )


def _base(source: str) -> str:
    """Name a source without the folders above it, which are nobody else's business."""
    return source.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1] or source
