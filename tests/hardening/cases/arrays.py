"""Cases of ready-made features, run cards, mappings, fine-tuning results and PeaTMOSS databases."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.catalogue.peatmoss_database import Planted, save_database
from tests.hardening.cases.case import DONE, NOTHING, REFUSED, Case, copied, written
from tests.hardening.inputs import Call
from tests.hardening.kinds.arrays import QUICK_RUN
from tests.hardening.kinds.texts_of_runs import CARD
from tests.ready_made import LABELS, draw_features, save_features

__all__ = ["CASES"]


def _scored(
    name: str, make: Callable[[Path], object], file: str = "a.npz", statuses: tuple[int, ...] = (REFUSED,)
) -> Case:
    return Case(name, make, (Call(("score", file, "--metrics", "logme,hscore", "--json")),), statuses)


def _with(**arrays: Any) -> Callable[[Path], object]:
    return lambda folder: save_features(folder / "a.npz", **arrays)


def _two(folder: Path, **arrays: Any) -> None:
    save_features(folder / "features" / "a.npz", 2.0, **arrays)
    save_features(folder / "features" / "b.npz", 1.0, **arrays)


def _ranked(name: str, statuses: tuple[int, ...], **arrays: Any) -> Case:
    calls = (Call(("rank", "--features", "features", *QUICK_RUN, "--json")),)
    return Case(name, lambda folder: _two(folder, **arrays), calls, statuses)


def _normalised(name: str, how: str, array: str, values: np.ndarray[Any, Any]) -> Case:
    """Rank normalised features beside an auxiliary array that is no matrix of their numbers."""
    call = Call(("rank", "--features", "features", *QUICK_RUN, "--normalise", how, "--json"))
    return Case(f"normalised-{name}-{values.ndim}", lambda folder: _two(folder, **{array: values}), (call,),
        (DONE, NOTHING, REFUSED))  # fmt: skip


def _of_python_2(folder: Path) -> None:
    """Save arrays whose headers write whole numbers as Python 2 did: 12L."""
    save_features(folder / "new.npz", 1.0)
    with zipfile.ZipFile(folder / "new.npz") as new, zipfile.ZipFile(folder / "a.npz", "w") as old:
        for name in new.namelist():
            data = new.read(name)
            length = int.from_bytes(data[8:10], "little")
            header = re.sub(rb"(\d+)([,)])", rb"\1L\2", data[10 : 10 + length].rstrip())
            old.writestr(
                name,
                data[:8] + (len(header) + 1).to_bytes(2, "little") + header + b"\n" + data[10 + length :],
            )


def _replayed(name: str, **changes: Any) -> Case:
    def write(folder: Path) -> None:
        _two(folder)
        card = json.loads(CARD.read_text(encoding="utf-8"))
        for path, value in changes.items():
            *parents, last = path.split("__")
            inner = card
            for parent in parents:
                inner = inner[int(parent) if parent.isdigit() else parent]
            inner[last] = value
        (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")

    return Case(
        f"replay-{name}", write, (Call(("replay", "card.json", "--samples", "features")),), (REFUSED, NOTHING)
    )


def _truth(name: str, told: str) -> Case:
    def write(folder: Path) -> None:
        _two(folder)
        (folder / "truth.csv").write_bytes(told.encode())

    return Case(
        f"truth-{name}",
        write,
        (Call(("rank", "--features", "features", "--truth", "truth.csv", *QUICK_RUN)),),
        (REFUSED, DONE),
    )


def _database(name: str, *models: Planted) -> Case:
    def write(folder: Path) -> None:
        good = Planted("org/good", tags=["image-classification"])
        save_database(folder / "PeaTMOSS.db", "enhanced", [good, *models])

    build = Call(("catalogue", "build", "--peatmoss", "PeaTMOSS.db", "--out", "../out/mapping.json"))
    show = Call(("catalogue", "--peatmoss", "PeaTMOSS.db", "--task", "image-classification"))
    return Case(f"peatmoss-{name}", write, (build, show), (DONE,))


def _planted(**fields: Any) -> Planted:
    return Planted(**{"id": "org/odd", "tags": ["image-classification"], **fields})


CASES = (
    _scored("npz-encrypted", copied("npz-encrypted-or-odd-1.npz"), "npz-encrypted-or-odd-1.npz"),
    _scored("npz-method-unknown", copied("npz-odd-2.npz"), "npz-odd-2.npz"),
    _scored("npz-entry-too-short", copied("npz-odd-3.npz"), "npz-odd-3.npz"),
    _scored("npz-embeddings-complex", _with(embeddings=draw_features(1.0).astype(complex))),
    _scored("npz-embeddings-dates", _with(embeddings=draw_features(1.0).astype("M8[s]"))),
    _scored("npz-labels-infinite", _with(labels=np.where(LABELS == 2, np.inf, LABELS))),
    _scored("npz-targets-infinite", _with(labels=None, targets=np.where(LABELS == 2, np.inf, LABELS))),
    _scored("npz-name-of-escapes", _with(**{"x\x1b[2J": LABELS}), statuses=(DONE, REFUSED)),
    _scored("npz-header-of-python-2", _of_python_2, statuses=(DONE,)),
    *(_normalised(f"{how}-{name}", how, name, values)
      for how in ("rms", "standardise") for name in ("source_embeddings", "reference_embeddings")
      for values in (np.full((5, 4), "x"), np.ones((5, 2, 5, 5)))),
    _scored("npz-a-pickle", written({"a.npz": b"\x80\x04cos\nsystem\n(S'true'\ntR."})),
    Case("features-labels-infinite", copied("inf-labels"), (Call(("rank", "--features", "inf-labels",
        *QUICK_RUN, "--json")),), (REFUSED,)),
    _ranked("features-labels-nan", (REFUSED,), labels=np.where(LABELS == 2, np.nan, LABELS)),
    _ranked("features-labels-undecodable", (DONE, REFUSED), labels=np.array([b"\xff", b"\xfe",
        b"c"])[LABELS]),
    _replayed("models-not-a-list", plan__models=1),
    _replayed("seed-too-large", plan__seed=10**40),
    _replayed("metrics-unknown", plan__metrics=["\x1b[2J"]),
    _replayed("half-samples-huge", plan__analyses__half_samples=10**9),
    _replayed("source-of-escapes", plan__samples_source="features:\x1b[2J\ud800"),
    Case("mapping-nested-deeply", written({"mapping.json": "[" * 100_000}), (Call(("mapping.json",),
        "mapping"),), (REFUSED,)),
    Case("mapping-name-of-escapes", written({"mapping.json": '{"tasks": {"\\u001b[2J": 1}}'}),
        (Call(("mapping.json",), "mapping"),), (REFUSED,)),
    _truth("number-of-5000-digits", f"model,accuracy\na,{'9' * 5000}\nb,0.5\n"),
    _truth("name-of-escapes", "model,accuracy\na,0.5\na\x1b[2J,0.5\nb,x\x1b[2J\n"),
    _database("parameters-infinite", _planted(parameters=float("inf"))),
    _database("parameters-1e400", _planted(parameters="1e400"), _planted(id="org/odd2",
        parameters="9" * 400)),
    _database("id-of-escapes", _planted(id="org/\x1b[2J\u202e")),
    _database("downloads-text", _planted(downloads="many", likes=b"\xff")),
    _database("library-of-escapes", _planted(libraries=["\x1b[31m"], licences=["\u202e"])),
)  # fmt: skip
