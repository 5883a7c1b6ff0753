"""Every field of a plan travels: from a card to its replay, and from a plan to the command line and back.

The tests walk over the fields of the records, so a field that is added and forgotten somewhere fails here.
"""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from ptmrank_core.benchmark import ReplayPlan, make_card, new_run_id, plan_replay, read_card, run_card
from ptmrank_core.catalogue.demo import demo_model
from ptmrank_core.cli.rank import add_rank_command, plan_rank
from ptmrank_core.cli.rank_inputs import LOADED
from ptmrank_core.cli.replay_inputs import replay_inputs
from ptmrank_core.config import Settings
from ptmrank_core.records import (
    Correction,
    ExtractionOptions,
    RunOptions,
    RunPlan,
    RunResult,
    RunState,
    Samples,
    replace_fields,
)
from ptmrank_core.results.command import rank_command
from ptmrank_core.results.rank_options import RANK_OPTIONS
from ptmrank_core.worker import SOURCES

# Fields that rightly do not travel, each with the reason.
NOT_CARRIED: Mapping[str, str] = {
    "run_id": "a repeated run is a run of its own",
    "created_at": "it is planned at another time",
    "samples_fingerprint": "it is that of the samples found; a replay reports where it differs",
}
NOT_ON_THE_COMMAND_LINE: Mapping[str, str] = {
    "options.found_sizes": "batch sizes measured by another run; a command measures its own",
}
NOT_FROM_A_CARD: Mapping[str, str] = {
    "options.found_sizes": "those that came out in the card's run take their place (see test_replay)",
}
OF_FILES = frozenset({"reading.file_column", "reading.group_in_names"})
ROWS = [
    f"{'a' * (1 + i % 5)} text {i};other text {i};{i % 3};{'xy'[i % 2]};speaker{i // 3};" for i in range(36)
]


def leaves(record: type) -> Iterator[str]:
    """Paths of all fields of a record, and of the records that it always holds."""
    hints = get_type_hints(record)
    for field in fields(record):
        kind = hints[field.name]
        if is_dataclass(kind):
            assert isinstance(kind, type)
            yield from (f"{field.name}.{inner}" for inner in leaves(kind))
        else:
            yield field.name


@dataclass(frozen=True)
class World:
    """A plan on real samples, and for each field a value that is neither its own nor the default."""

    settings: Settings
    plan: RunPlan
    samples: Samples
    others: Mapping[str, Any]
    files: str

    def changed(self, path: str) -> RunPlan:
        """The plan with the other value of a field; what is said of files is said of files."""
        more = {"samples_source": self.files, "reading.text_columns": ()} if path in OF_FILES else {}
        return replace_fields(self.plan, {**more, path: self.others[path]})


def write_files(folder: Path) -> str:
    """Write texts as files, and a table of their targets; return the folder."""
    folder.mkdir()
    for i in range(36):
        (folder / f"{i % 3}_{i // 3}.txt").write_text(f"text {i}", encoding="utf-8")
    rows = [f"{i % 3}_{i // 3}.txt;{i % 3}_{i // 3}.txt;{i % 3}" for i in range(36)]
    (folder / "labels.csv").write_text("\n".join(["file;speaker;digit", *rows]), encoding="utf-8")
    return str(folder)


def parse(words: list[str]) -> argparse.Namespace:
    """Parse the words of a ``rank`` command."""
    parser = argparse.ArgumentParser()
    add_rank_command(parser.add_subparsers())
    return parser.parse_args(["rank", *words])


def write_table(path: Path, rows: list[str]) -> str:
    """Write texts, two targets and their groups; return the path."""
    path.write_text("\n".join(["text;second;digit;letter;speaker;", *rows]), encoding="utf-8")
    return str(path)


@pytest.fixture(autouse=True)
def _with_peft(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options travel whatever is installed: an extra that one of them needs is there."""
    monkeypatch.setattr("ptmrank_core.benchmark.race.lora.has_peft", lambda: True)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A run of one text model under metrics that read every auxiliary input."""
    folder = tmp_path_factory.mktemp("world")
    settings = Settings(home=folder / "home")
    general = folder / "general"
    general.mkdir()
    for i in range(4):
        (general / f"{i}.txt").write_text(f"general text {i}", encoding="utf-8")
    source = folder / "source.csv"
    source.write_text("\n".join(["text,label", *(f"text {i},{i % 2}" for i in range(8))]), encoding="utf-8")
    words = ["--task", "text-classification", "--samples", write_table(folder / "a.csv", ROWS)]
    words += ["--models", "demo:bert-areas", "--metrics", "logme,ped,emms,wdje"]
    words += ["--text-column", "text", "--label-column", "digit", "--group-column", ""]
    plan, samples = plan_rank(parse(words), settings, new_run_id())
    others = {
        "task": "feature-extraction",
        "samples_source": write_table(folder / "b.csv", ROWS[:-6]),
        "models": (demo_model("demo:bert-packages", "text-classification"),),
        "metrics": ("hscore", "wdje", "emms", "ped"),
        "seed": 7,
        "reference_source": str(general),
        "source_samples": str(source),
        "label_encoder": demo_model("demo:bert-areas", "feature-extraction"),
        "normalise": "rms",
        "options.dtype": "float32",
        "options.device": "cpu,cpu",
        "options.batch_size": 4,
        "options.layers": True,
        "options.found_sizes": {"demo:bert-areas": 4},
        "reading.modality": "text",
        "reading.target_kind": "regression",
        "reading.text_columns": ("second", "text"),
        "reading.label_columns": ("letter",),
        "reading.group_column": "speaker",
        "reading.max_samples": 12,
        "reading.parts": ("all",),
        "reading.class_folders": "outer",
        "reading.file_column": "speaker",
        "reading.ignored_columns": ("speaker",),
        "reading.columns_as_is": True,
        "reading.encoding": "utf-8",
        "reading.decimal_mark": "point",
        "reading.has_header": True,
        "reading.join_classes": True,
        "reading.unlabelled": "class",
        "reading.sheet": "Sheet1",
        "reading.group_in_names": 2,
        "reading.corrections": (Correction(samples.digests[0], "1"), Correction(samples.digests[1], None)),
        "analyses.half_samples": 20,
        "analyses.probe": False,
        "analyses.sample_sizes": False,
        "analyses.controls": True,
        "analyses.references": False,
        "analyses.fine_tune": 2,
        "analyses.fine_tune_seconds": 12.25,
        "analyses.decide_seconds": 42.0,
        "analyses.lora": True,
        "analyses.projections": False,
    }
    return World(settings, plan, samples, others, write_files(folder / "files"))


def test_no_field_is_forgotten(world: World) -> None:
    """Every field of the plan has another value here, or a reason why it does not travel."""
    assert sorted([*world.others, *NOT_CARRIED]) == sorted(leaves(RunPlan))
    for path, value in world.others.items():
        if path != "reading.modality":  # the command line takes it from the task where it is not given
            assert attrgetter(path)(world.plan) != value, path


def test_every_option_has_a_row(world: World) -> None:
    """The table of the command line spells each field of the options once, except those with a reason."""
    spelled = [option.field for option in RANK_OPTIONS]
    assert sorted([*spelled, *NOT_ON_THE_COMMAND_LINE]) == sorted(leaves(RunOptions))
    assert set(spelled) <= set(world.others)


CARRIED = sorted(set(leaves(RunPlan)) - set(NOT_CARRIED))


@pytest.mark.parametrize("path", [path for path in CARRIED if path not in NOT_ON_THE_COMMAND_LINE])
def test_a_field_survives_the_command_line(world: World, path: str) -> None:
    """The command that repeats a plan plans it with the same value of the field."""
    changed = world.changed(path)
    command = rank_command(changed)
    assert command is not None
    again, _ = plan_rank(parse(shlex.split(command)[2:]), world.settings, new_run_id())
    assert attrgetter(path)(again) == world.others[path]


def replay(world: World, plan: RunPlan, folder: Path) -> ReplayPlan:
    """Write the card of a run of a plan that has given nothing yet, read it, and plan its replay."""
    result = RunResult(plan, RunState.CANCELLED, world.samples.summary(), (), {}, {}, 0.0)
    path = folder / "card.json"
    path.write_text(json.dumps(run_card(result)), encoding="utf-8")
    card = read_card(path)
    assert card == make_card(result)
    return plan_replay(card, replay_inputs(card, world.settings), SOURCES)


@pytest.mark.parametrize("path", [path for path in CARRIED if path not in NOT_FROM_A_CARD])
def test_a_field_survives_the_card(world: World, path: str, tmp_path: Path) -> None:
    """The replay of a card is planned with the same value of the field, and says nothing of it."""
    changed = world.changed(path)
    replayed = replay(world, changed, tmp_path)
    assert attrgetter(path)(replayed.plan) == world.others[path]
    assert replayed.notes == ()


# What is read without loading or looking up anything.
OPTIONS_READ = [option.field for option in RANK_OPTIONS if option.field not in LOADED]


@pytest.mark.parametrize("path", OPTIONS_READ)
def test_an_option_is_written_and_read_alike(world: World, path: str) -> None:
    """What the table writes for a value, it reads as that value and as nothing else."""
    plain = RunOptions(metrics=("logme",), options=ExtractionOptions(), seed=0)
    changed = replace_fields(plain, {path: world.others[path]})
    written = {word for option in RANK_OPTIONS for word in option.words(plain)}
    words = [word for option in RANK_OPTIONS for word in option.words(changed)]
    assert set(words) - written, "the value is not written at all"
    given = {name: value for name, value in vars(parse(words)).items() if name in OPTIONS_READ}
    assert replace_fields(plain, given) == changed
