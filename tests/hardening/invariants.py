"""What must hold of every input, whatever it is."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.hardening.inputs import Call
from tests.hardening.trial import CPU_SECONDS, Outcome

__all__ = ["Fault", "faults_of"]

EXTRA_BYTES = 10**9
# C0 and C1 but line breaks and tabs, marks that turn the direction of writing, separators of lines.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
FRAME = re.compile(r'File "[^"]*?((?:ptmrank_core|dashboard)/[^"]+)", line (\d+), in (\S+)')
SAYS_NOTHING = re.compile(r"(: ?\.(\s|$))|(: None\.)|(^error:\s*$)", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """One broken promise.

    Parameters
    ----------
    kind
        Which promise.
    cause
        What tells root causes apart, such as the place of a traceback.
    """

    kind: str
    cause: str


def faults_of(call: Call, outcome: Outcome, *, cpu_seconds: float = CPU_SECONDS) -> list[Fault]:
    """List the promises that an input broke."""
    return [
        *_ending(outcome, cpu_seconds),
        *_printed(outcome),
        *(Fault("writes outside", re.sub(r"\d+", "N", name)) for name in outcome.changed[:3]),
        *_result(call, outcome),
    ]


def _ending(outcome: Outcome, cpu_seconds: float) -> Iterator[Fault]:
    if "Traceback (most recent call last)" in outcome.stderr + outcome.stdout:
        yield Fault("traceback", _place(outcome.stderr))
    elif outcome.details:  # an input is no fault of the system, though it was said in a sentence
        yield Fault("kept traceback", _place(outcome.details))
    elif outcome.timed_out or outcome.status == -24 or outcome.cpu_seconds > cpu_seconds:
        yield Fault("hang", f"status {outcome.status}, {'waits' if outcome.timed_out else 'computes'}")
    elif outcome.status not in {0, 1, 2}:
        yield Fault("ending", f"status {outcome.status}: {outcome.stderr.strip()[-200:]}")
    if outcome.extra_bytes > EXTRA_BYTES:
        yield Fault("memory", "over 1 GB above the idle process")


def _place(text: str) -> str:
    """Name the exception, and the last place of ours in a traceback."""
    frames = FRAME.findall(text)
    where = f"{frames[-1][0]}:{frames[-1][2]}" if frames else "?"
    last = next((line for line in reversed(text.splitlines()) if re.match(r"[\w.]+(:|$)", line)), "?")
    return f"{last.split(':')[0]} in {where}"


def _printed(outcome: Outcome) -> Iterator[Fault]:
    found = CONTROLS.search(outcome.stdout) or CONTROLS.search(outcome.stderr)
    if found:
        yield Fault("control character", f"U+{ord(found[0]):04X}")
    if re.search(r"^[^:\n]+:\d+: \w*Warning:", outcome.stderr, re.MULTILINE):
        where = re.search(r"^[^:\n]*?([^/:\n]+/[^/:\n]+:\d+: \w*Warning)", outcome.stderr, re.MULTILINE)
        yield Fault("warning", where[1] if where else "?")
    if outcome.status not in {1, 2}:
        return
    said = re.findall(r"^error: (.*)", outcome.stderr, re.MULTILINE)
    usage = re.search(r"^usage: ", outcome.stderr, re.MULTILINE)
    if outcome.status == 2 and len(said) != 1 and not usage:
        yield Fault("no sentence", outcome.stderr.strip()[-100:])
    if not (outcome.stderr + outcome.stdout).strip() or SAYS_NOTHING.search(outcome.stderr):
        yield Fault("says nothing", outcome.stderr.strip()[-100:])


def _result(call: Call, outcome: Outcome) -> Iterator[Fault]:
    """Check the JSON of an input that was read."""
    if outcome.status not in {0, 1} or "--json" not in call.arguments or not outcome.stdout.strip():
        return
    try:
        payload = json.loads(outcome.stdout, parse_constant=_refuse)
    except ValueError as error:
        yield Fault("no JSON", str(error)[:80])
        return
    infinite = next((where for where, number in _numbers(payload) if not math.isfinite(number)), None)
    if infinite:
        yield Fault("infinite", infinite)
    if call.n_items is not None and isinstance(payload, dict) and "left_out" in payload:
        n_told = payload["n"] + len(payload["left_out"])
        if n_told != call.n_items:
            yield Fault("lost", "fewer" if n_told < call.n_items else "more")


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} in the JSON")


def _numbers(value: Any, where: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for name, own in value.items():
            yield from _numbers(own, f"{where}.{name}")
    elif isinstance(value, list):
        for own in value:
            yield from _numbers(own, f"{where}[]")
    elif isinstance(value, float):
        yield where, value
