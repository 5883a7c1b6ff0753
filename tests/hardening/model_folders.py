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

__all__ = ["Tried", "run_models"]

Tried = tuple[int, Call | None, Outcome | None, list[Fault]]
START_SECONDS, MODEL_SECONDS = 180.0, 60.0
MODEL_BYTES = 4 * 10**9
HARD_BYTES = 7 * 10**9
QUICK = ("--metrics", "logme,nce,leep", "--intervals", "0", "--no-probe", "--no-projections", "--no-references", "--no-sample-sizes")
SAYS_NOTHING = re.compile(r"^\W*$|no message|Expected cond to be True|^[\w ]+: *['\"]?[\w.-]{0,20}['\"]?\.?$|^.{0,12}$")


def run_models(kind: Kind, seed: int, numbers: Sequence[int], warmed: Warmed) -> list[Tried]:
    """Run some model folders together, and each alone where the run as a whole broke a promise."""
    together = _run(kind, seed, numbers, warmed)
    if len(numbers) == 1 or not any(fault.kind != "model" for _, _, _, faults in together for fault in faults):
        return together
    alone = [_run(kind, seed, [number], warmed)[0] for number in numbers]
    if any(faults for _, _, _, faults in alone):
        return alone
    number, call, outcome, faults = together[0]
    return [(number, call, outcome, [Fault(own.kind, f"only together: {own.cause}") for own in faults]), *alone[1:]]


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
    call = Call(("rank", "--task", TASKS[modality], "--samples", "samples", "--models", "models", *QUICK, "--json"))
    seconds = START_SECONDS + MODEL_SECONDS * len(numbers)
    limits = Limits(cpu_seconds=seconds, wall_seconds=2 * seconds, hard_bytes=HARD_BYTES, environment={"PTMRANK_LOAD_SECONDS": "40"})
    try:
        outcome = warmed.run(call, limits)
    except (RuntimeError, OSError) as error:
        return [(number, call, None, [Fault("warmed process", str(error))]) for number in numbers]
    faults = _of_the_run(call, outcome, seconds)
    payload = _payload(outcome)
    return [
        (number, call, outcome, [*broken.get(number, ()), *faults, *_of_the_model(f"m{number}", payload, folder)])
        for number in numbers
    ]


def _of_the_run(call: Call, outcome: Outcome, seconds: float) -> list[Fault]:
    """Check what holds of every command, with the memory that models may have, and what libraries warn of."""
    checked = replace(outcome, extra_bytes=max(0, outcome.extra_bytes - (MODEL_BYTES - 10**9)))
    return [fault for fault in faults_of(call, checked, cpu_seconds=seconds) if fault.kind != "warning"]


def _payload(outcome: Outcome) -> dict[str, Any] | None:
    try:
        payload = json.loads(outcome.stdout)
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None


def _of_the_model(name: str, payload: dict[str, Any] | None, folder: Path) -> Iterator[Fault]:
    """Check what is told of one model: scores, or why there are none."""
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
