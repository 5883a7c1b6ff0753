"""The winner of a race as a zip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from ptmrank_core.benchmark import RunStore, delete_run, run_here, run_sizes
from ptmrank_core.benchmark.race import packing
from ptmrank_core.benchmark.race.asking import decide
from ptmrank_core.benchmark.race.packing import find_packed, pack_winner
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError, RunError, RunNotFoundError
from ptmrank_core.worker import SOURCES
from tests.benchmark.race.replaying import Recorded, replay
from tests.benchmark.race.test_race import RACE, RANKING
from tests.benchmark.runs import stored_plan
from tests.pictures import picture_files, write_zip

CURVES = {
    "convnext-a": Recorded(0.5, 0.95, 1.0),
    "resnet-b": Recorded(0.5, 0.6, 1.0),
    "vit-headless": Recorded(0.4, 0.5, 1.0),
}
SCRIPT = "print('on')\n"
REPLAYED = replace(SOURCES, make_trainer=replay(CURVES))


class Writer:
    """Writes a folder as the model process does, of other content; or fails."""

    def __init__(self, problem: Exception | None = None) -> None:
        self._problem = problem

    def call(self, name: str, /, *args: Any, **_: Any) -> None:
        """Write the winner's folder."""
        assert name == "save_winner"
        folder = args[3]
        (folder / "more").mkdir(parents=True)
        (folder / "more" / "vocabulary.txt").write_text("a\nb\n", encoding="utf-8")
        if self._problem:
            raise self._problem
        (folder / "model.safetensors").write_bytes(bytes(1000))
        (folder / packing.SCRIPT).write_text(SCRIPT, encoding="utf-8")


@pytest.fixture
def run(settings: Settings, tmp_path: Path, zoo: Path) -> str:
    """A run whose race is decided."""
    pictures = write_zip(tmp_path / "patterns.zip", picture_files(20))
    plan = stored_plan(settings, pictures, zoo, ["logme"])
    RunStore(settings).replan(replace(plan, analyses=RACE))
    run_here(plan.run_id, settings, sources=REPLAYED)
    return plan.run_id


def test_the_winner_is_packed_whole(settings: Settings, run: str) -> None:
    """One folder named like the model; the script can be read; the run's size counts the file."""
    before = run_sizes(RunStore(settings), settings)[run]
    assert find_packed(run, settings) is None
    made = pack_winner(run, settings, sources=SOURCES, models=Writer())
    assert find_packed(run, settings) == find_packed(run, settings, made.key) == made
    with ZipFile(made.path) as packed:
        name = made.path.stem
        assert set(packed.namelist()) == {
            f"{name}/{file}" for file in ("model.safetensors", packing.SCRIPT, "more/vocabulary.txt")
        }
    assert name in CURVES
    assert made.script() == SCRIPT
    assert run_sizes(RunStore(settings), settings)[run] - before >= made.size_bytes > 1000


def test_a_key_is_no_path(settings: Settings, run: str) -> None:
    """Another key, or what climbs out of the folder, finds nothing; an unknown run is refused."""
    made = pack_winner(run, settings, sources=SOURCES, models=Writer())
    for key in ("0" * 32, "..", f"../packed/{made.key}", "*", made.key.upper() + "x"):
        assert find_packed(run, settings, key) is None
    with pytest.raises(RunNotFoundError):
        find_packed("../" + run, settings, made.key)


def test_packing_again_replaces_the_file(settings: Settings, run: str) -> None:
    """There is one file, the last; a failure leaves the one before and nothing half written."""
    first = pack_winner(run, settings, sources=SOURCES, models=Writer())
    second = pack_winner(run, settings, sources=SOURCES, models=Writer())
    assert not first.path.exists()
    with pytest.raises(InputError):
        pack_winner(run, settings, sources=SOURCES, models=Writer(InputError("No.")))
    assert find_packed(run, settings) == second
    assert [path.name for path in second.path.parent.parent.iterdir()] == [second.key]


def test_the_file_goes_with_the_race_and_the_run(settings: Settings, run: str) -> None:
    """A race that goes on has another winner; a run that is deleted leaves nothing."""
    pack_winner(run, settings, sources=SOURCES, models=Writer())
    decide(RunStore(settings), settings, run, 60.0)
    run_here(run, settings, sources=REPLAYED)
    assert find_packed(run, settings) is None
    made = pack_winner(run, settings, sources=SOURCES, models=Writer())
    delete_run(RunStore(settings), settings, run)
    assert not made.path.exists()


def test_without_a_winner_there_is_nothing_to_pack(settings: Settings, picture_zip: Path, zoo: Path) -> None:
    """A run that had no race says so."""
    plan = stored_plan(settings, picture_zip, zoo, ["logme"])
    RunStore(settings).replan(replace(plan, analyses=RANKING))
    run_here(plan.run_id, settings, sources=SOURCES)
    with pytest.raises(RunError, match="no winner to save"):
        pack_winner(plan.run_id, settings, sources=SOURCES, models=Writer())


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("demo:resnet-letters", "resnet-letters"),
        ("google/vit-base", "vit-base"),
        ("/models/my model/", "my-model"),
        ("ünsinn…", "nsinn"),
        ("../..", "model"),
        ("x" * 100, "x" * packing.LONGEST_NAME),
    ],
)
def test_the_file_is_named_like_the_model(model: str, name: str) -> None:
    """Letters, digits, dots and dashes alone, whatever the model is called."""
    assert packing._file_name(model) == name
