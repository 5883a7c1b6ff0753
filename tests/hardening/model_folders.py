"""Model folders: several in one run of the command line, so that its supervised process imports torch once.

What a run as a whole broke (a traceback, a hang, memory) is looked for again in a run of each folder alone.
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.hardening.inputs import Call, Kind, rng_of
from tests.hardening.invariants import CONTROLS, Fault, faults_of
from tests.hardening.kinds.checkpoints import TASKS, place_model_samples
from tests.hardening.trial import Limits, Outcome, Warmed

__all__ = ["QUICK", "Tried", "faults_of_model", "faults_of_run", "model_limits", "run_models"]

Tried = tuple[int, Call | None, Outcome | None, list[Fault]]
START_SECONDS, MODEL_SECONDS = 180.0, 60.0
LOAD_SECONDS = "40"
MODEL_BYTES = 4 * 10**9
HARD_BYTES = 7 * 10**9
OF_ONE = (
    "traceback",
    "kept traceback",
    "hang",
    "ending",
    "memory",
    "no sentence",
    "no JSON",
    "warmed process",
)
"""What one of several folders breaks for all of them."""
QUICK = (
    "--metrics",
    "logme,nce,leep",
    "--intervals",
    "0",
    "--no-probe",
    "--no-projections",
    "--no-references",
    "--no-sample-sizes",
)
SAYS_NOTHING = re.compile(
    r"^\W*$|no message|Expected cond to be True|^[\w ]+: *['\"]?[\w.-]{0,20}['\"]?\.?$|^.{0,12}$"
)


def run_models(kind: Kind, seed: int, numbers: Sequence[int], warmed: Warmed) -> list[Tried]:
    """Run some model folders together, and each alone where the run as a whole broke a promise."""
    together = _run(kind, seed, numbers, warmed)
    if len(numbers) == 1 or not any(fault.kind in OF_ONE for _, _, _, faults in together for fault in faults):
        return together
    alone = [_run(kind, seed, [number], warmed)[0] for number in numbers]
    if any(faults for _, _, _, faults in alone):
        return alone
    number, call, outcome, faults = together[0]
    return [
        (number, call, outcome, [Fault(own.kind, f"only together: {own.cause}") for own in faults]),
        *alone[1:],
    ]


def _run(kind: Kind, seed: int, numbers: Sequence[int], warmed: Warmed) -> list[Tried]:
    """Run folders; faults of the run as a whole are told of each of them."""
    folder = warmed.fresh()
    modality = kind.name.removeprefix("model-")
    place_model_samples(modality, folder)
    broken: dict[int, list[Fault]] = {}
    for number in numbers:
        place = folder / "models" / f"m{number}"
        place.mkdir(parents=True)
        try:
            kind.make(rng_of(kind.name, seed, number), place)
        except Exception:  # noqa: BLE001 - a fault of the grammar must not end a campaign of hours
            broken[number] = [Fault("grammar", traceback.format_exc()[-250:])]
    call = Call(
        ("rank", "--task", TASKS[modality], "--samples", "samples", "--models", "models", *QUICK, "--json")
    )
    try:
        outcome = warmed.run(call, model_limits(len(numbers)))
    except (RuntimeError, OSError) as error:
        return [(number, call, None, [Fault("warmed process", str(error))]) for number in numbers]
    faults = faults_of_run(call, outcome, len(numbers))
    payload = _payload(outcome)
    return [
        (
            number,
            call,
            outcome,
            [*broken.get(number, ()), *faults, *faults_of_model(f"m{number}", payload, folder)],
        )
        for number in numbers
    ]


def model_limits(n_models: int) -> Limits:
    """Return the limits of a run of some models."""
    seconds = START_SECONDS + MODEL_SECONDS * n_models
    return Limits(seconds, 2 * seconds, HARD_BYTES, environment={"PTMRANK_LOAD_SECONDS": LOAD_SECONDS})


def faults_of_run(call: Call, outcome: Outcome, n_models: int) -> list[Fault]:
    """List what a run as a whole broke, with the memory that models may have; libraries may warn."""
    checked = replace(outcome, extra_bytes=max(0, outcome.extra_bytes - (MODEL_BYTES - 10**9)))
    limit = model_limits(n_models).cpu_seconds
    return [fault for fault in faults_of(call, checked, cpu_seconds=limit) if fault.kind != "warning"]


def _payload(outcome: Outcome) -> dict[str, Any] | None:
    try:
        payload = json.loads(outcome.stdout)
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None


def faults_of_model(name: str, payload: dict[str, Any] | None, folder: Path) -> list[Fault]:
    """List what is wrong with what is told of one model: scores, or why there are none."""
    return list(_of_model(name, payload, folder))


def _of_model(name: str, payload: dict[str, Any] | None, folder: Path) -> Iterator[Fault]:
    if payload is None or not (folder / "models" / name / "config.json").is_file():
        return
    own = payload["models"].get(name)
    if own is None:
        yield Fault("model", "it is lost")
        return
    if not (own["scores"] or own["failures"] or own["skipped"]):
        yield Fault("model", "neither scores nor reasons")
    for reason in sorted(set(_reasons([own["failures"], own["skipped"]]))):
        if CONTROLS.search(reason):
            yield Fault("model", "control character in a reason")
        if SAYS_NOTHING.search(reason):
            yield Fault("model", f"a reason that says nothing: {reason[:80]}")


def _reasons(value: Any, key: str = "message") -> Iterator[str]:
    """Find the sentences among what is told of failures."""
    if isinstance(value, dict):
        for name, own in value.items():
            yield from _reasons(own, name)
    elif isinstance(value, list):
        for own in value:
            yield from _reasons(own, key)
    elif isinstance(value, str) and key not in {"stage", "kind", "error"}:
        yield value
