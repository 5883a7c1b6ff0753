"""A process of its own that fetches models from a loopback hub: ``python -m tests.hub_client < orders``.

huggingface_hub reads its endpoint and its cache's place when it is imported, so both are set from outside. An
order is an object with ``model`` and what shall happen; its answer says what came of it.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from ptmrank_core.config import set_library_defaults
from tests.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parent.parent
NOBODY = 65534
Answer = dict[str, Any]


def ask(orders: Sequence[dict[str, Any]], endpoint: str, cache: Path, **environ: str) -> list[Answer]:
    """Have orders done one after the other in a new process that knows no hub but this one."""
    child = {
        **os.environ,
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(cache),
        "HF_HUB_OFFLINE": "0",
        "PYTHONPATH": str(ROOT),
        **environ,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.hub_client"],
        input=json.dumps(list(orders)),
        env=child,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    answers: list[Answer] = json.loads(done.stdout.splitlines()[-1])
    return answers


@contextmanager
def full_disk() -> Iterator[None]:
    """Have the files that downloads are written to lie on a device that is full."""
    real = Path.open

    def opened(path: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if path.name.endswith(".incomplete"):
            return io.FileIO("/dev/full", "wb")
        return real(path, mode, *rest, **named)

    with mock.patch.object(Path, "open", opened):
        yield


@contextmanager
def nobody() -> Iterator[None]:
    """Be a user that permissions hold for."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def fetch_one(order: dict[str, Any]) -> Answer:
    """Fetch a model and tell what came of it."""
    import huggingface_hub  # noqa: F401, PLC0415 - before permissions change

    from ptmrank_core.catalogue import fetch, resolve_models, task_category  # noqa: PLC0415
    from ptmrank_core.errors import PTMRankError  # noqa: PLC0415
    from ptmrank_core.events import Downloaded, Event, StageStarted  # noqa: PLC0415

    events: list[Event] = []
    (spec,) = resolve_models(order["model"], task_category(order.get("task", "image-classification")))
    enough = order.get("cancel_after")

    def cancel() -> bool:
        return enough is not None and any(
            isinstance(e, Downloaded) and e.done_bytes >= enough for e in events
        )

    try:
        with full_disk() if order.get("full_disk") else nobody() if order.get("nobody") else nullcontext():
            spec = fetch(spec, sink=events.append, cancel=cancel)
        folder = Path(spec.path or "")
        files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        answer = {"id": spec.id, "revision": spec.revision, "path": spec.path, "licence": spec.licence}
        answer |= {"classes": spec.n_source_classes, "files": files, "own_code": spec.own_code}
        answer["spare_adapter"] = spec.spare_adapter
        answer["base"] = None if spec.base is None else asdict(spec.base)
    except PTMRankError as error:
        answer = {"error": type(error).__name__, "message": error.message, "hint": error.hint}
    answer["stages"] = [event.stage for event in events if isinstance(event, StageStarted)]
    answer["bytes"] = [(e.done_bytes, e.total_bytes) for e in events if isinstance(e, Downloaded)]
    return answer | {"torch": "torch" in sys.modules}


def run_many(order: dict[str, Any]) -> Answer:
    """Rank several models in one run and tell every cell."""
    from ptmrank_core.benchmark import RunStore, read_progress, run_here  # noqa: PLC0415
    from ptmrank_core.catalogue import resolve_models, task_category  # noqa: PLC0415
    from ptmrank_core.config import load_settings  # noqa: PLC0415
    from ptmrank_core.records import Failure, Score  # noqa: PLC0415
    from ptmrank_core.worker import SOURCES  # noqa: PLC0415
    from tests.benchmark.runs import stored_plan  # noqa: PLC0415

    settings = load_settings()
    models = resolve_models(order["models"], task_category("image-classification"))
    run_id = stored_plan(settings, Path(order["samples"]), models, metrics=("logme",)).run_id
    state = run_here(run_id, settings, sources=SOURCES)
    store = RunStore(settings)
    cells = store.result(run_id).cells
    return {
        "state": state,
        "scored": [cell.model for cell in cells if isinstance(cell, Score)],
        "failed": {
            cell.model: [cell.stage, cell.error, cell.message, cell.hint]
            for cell in cells
            if isinstance(cell, Failure)
        },
        "progress": {
            row.model: [row.downloaded_bytes, row.total_bytes]
            for row in read_progress(store, settings, run_id).models
        },
    }


def search(order: dict[str, Any]) -> Answer:
    """Search the hub and tell what was found."""
    from ptmrank_core.catalogue import search_hub, task_category  # noqa: PLC0415
    from ptmrank_core.errors import PTMRankError  # noqa: PLC0415

    task = task_category(order["task"])
    try:
        found = search_hub(task, search=order.get("search", ""), limit=order.get("limit", 50))
    except PTMRankError as error:
        return {"error": type(error).__name__, "message": error.message, "hint": error.hint}
    return {"models": [asdict(model) for model in found]}


def read_samples(order: dict[str, Any]) -> Answer:
    """Read samples of a place and tell what they are, without the items."""
    from ptmrank_core import reports  # noqa: PLC0415
    from ptmrank_core.data import load_samples  # noqa: PLC0415
    from ptmrank_core.errors import InputError, UnclearReadingError  # noqa: PLC0415
    from ptmrank_core.records import Reading  # noqa: PLC0415

    try:
        samples = load_samples(order["samples"], Reading(parts=tuple(order.get("parts", ()))))
    except InputError as error:
        options = error.options if isinstance(error, UnclearReadingError) else ()
        places = [option.place for option in options]
        return {
            "error": type(error).__name__,
            "message": error.message,
            "hint": error.hint,
            "places": places,
        }
    decoded = [np.asarray(item.decode()).shape for item in samples.items[:2]] if order.get("decode") else []
    facts = {"source": samples.source, "fingerprint": samples.fingerprint, "decoded": decoded}
    return reports.reading_payload(samples) | facts


def do(order: dict[str, Any]) -> Answer:
    """Do one order."""
    kinds = {"search": search, "models": run_many, "samples": read_samples}
    return next((act for name, act in kinds.items() if name in order), fetch_one)(order)


def main() -> None:
    """Do the orders of standard input."""
    set_library_defaults()
    orders = json.load(sys.stdin)
    answers = [do(order) for order in orders]
    sys.stdout.write(f"{json.dumps(answers)}\n")


if __name__ == "__main__":
    main()
