"""The run card: what it holds, how it is read back, and how two runs are compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from ptmrank_core.benchmark import RunStore, compare_cards, make_card, read_card, run_card, run_here
from ptmrank_core.benchmark.cards.card import CardCell, ModelConditions, RunCard
from ptmrank_core.config import Settings
from ptmrank_core.errors import InputError
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import ExtractionReport, RunResult
from ptmrank_core.worker import SOURCES
from tests.benchmark.runs import stored_plan


@pytest.fixture(scope="module")
def result(picture_zip: Path, zoo: Path, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A finished run of three models, one of them without a head."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    run_id = stored_plan(settings, picture_zip, zoo).run_id
    run_here(run_id, settings, sources=SOURCES)
    return RunStore(settings).result(run_id)


@pytest.fixture
def fields(result: RunResult) -> dict[str, Any]:
    """Its card as JSON."""
    return run_card(result)


def write(path: Path, fields: Any) -> Path:
    """Write a card; return its path."""
    path.write_text(json.dumps(fields), encoding="utf-8")
    return path


def test_a_card_says_all_that_a_number_depends_on(result: RunResult, fields: dict[str, Any]) -> None:
    """Samples, exact revisions, options as asked and as they came out, seed, versions, and the scores."""
    plan = fields["plan"]
    assert plan["samples_source"] == result.plan.samples_source
    assert plan["samples_fingerprint"] == result.plan.samples_fingerprint
    assert fields["samples"]["n_samples"] == 18
    revisions = {spec["id"]: spec["revision"] for spec in plan["models"]}
    assert revisions == {name: own.spec.revision for name, own in result.outcomes.items()}
    assert None not in revisions.values()
    assert plan["options"]["batch_size"] == 4
    conditions = fields["conditions"]["convnext-a"]
    assert (conditions["revision"], conditions["n_features"]) == (revisions["convnext-a"], 16)
    report = result.outcomes["convnext-a"].report
    assert conditions["report"] == json.loads(json.dumps(asdict(report)))
    assert (report.dtype, report.device, report.batch_size) == ("float32", "cpu", 4)
    assert (plan["seed"], plan["analyses"]["probe"]) == (0, True)
    assert fields["metric_versions"] == {name: METRICS[name].version for name in result.plan.metrics}
    assert {"numpy", "torch", "ptmrank", "python"} <= set(fields["environment"])
    cells = {(cell["model"], cell["metric"]): cell for cell in fields["cells"]}
    assert len(cells) == len(result.cells) == 9
    assert cells["vit-headless", "leep"]["value"] is None
    assert cells["vit-headless", "leep"]["reason"].startswith("does not apply: ")
    values = {(cell.model, cell.metric): getattr(cell, "value", None) for cell in result.cells}
    assert {name: cell["value"] for name, cell in cells.items()} == values


def test_a_card_comes_back_as_it_was(result: RunResult, fields: dict[str, Any], tmp_path: Path) -> None:
    """Every number to the last bit."""
    assert read_card(write(tmp_path / "card.json", fields)) == make_card(result)


def test_a_card_of_the_first_format_is_read(fields: dict[str, Any], tmp_path: Path) -> None:
    """It had what a model ran with beside its revision; what it did not hold has its default."""
    old = {"revision": "r", "dtype": "bfloat16", "device": "cuda", "batch_size": 8, "n_features": 16}
    fields |= {"run_card": 1, "conditions": {"convnext-a": old}}
    path = write(tmp_path / "card.json", fields)
    report = ExtractionReport("bfloat16", "cuda", batch_size=8)
    assert read_card(path).conditions == {"convnext-a": ModelConditions("r", 16, report)}
    fields["conditions"]["convnext-a"] = old | {"dtype": 7}
    with pytest.raises(InputError, match=r"card\.conditions\.convnext-a\.report\.dtype is 7"):
        read_card(write(path, fields))


def put(*place: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    """Make an edit that puts a value into a card."""

    def edit(fields: dict[str, Any]) -> None:
        inner: Any = fields
        for name in place[:-1]:
            inner = inner[name]
        inner[place[-1]] = value

    return edit


def drop(*place: str | int) -> Callable[[dict[str, Any]], None]:
    """Make an edit that takes a field out of a card."""

    def edit(fields: dict[str, Any]) -> None:
        inner: Any = fields
        for name in place[:-1]:
            inner = inner[name]
        del inner[place[-1]]

    return edit


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (drop("run_card"), "has no field run_card"),
        (put("run_card", value=3), "card.run_card is 3; this version reads the formats 1 and 2"),
        (drop("plan", "seed"), "card.plan.seed is missing"),
        (put("plan", "seed", value="0"), 'card.plan.seed is "0"; expected a whole number'),
        (put("plan", "seed", value=True), "card.plan.seed is true; expected a whole number"),
        (put("plan", "flavour", value=1), "card.plan.flavour is unknown to this version"),
        (put("plan", "models", value={}), "card.plan.models is {}; expected a list"),
        (
            put("plan", "models", 1, "source", value="cloud"),
            'card.plan.models[1].source is "cloud"; expected one of hub, local',
        ),
        (put("plan", "options", "layers", value=0), "card.plan.options.layers is 0; expected true or false"),
        (put("plan", "reading", value=[]), "card.plan.reading is []; expected an object"),
        (put("plan", "analyses", "probe", value=None), "card.plan.analyses.probe is null"),
        (put("conditions", "convnext-a", value=7), "card.conditions.convnext-a is 7; expected an object"),
        (put("state", value="lost"), 'card.state is "lost"; expected one of queued'),
        (put("cells", 0, "value", value="high"), 'card.cells[0].value is "high"; expected a number'),
        (put("cells", 0, "value", value=float("nan")), "card.cells[0].value is NaN; expected a number"),
        (put("cells", 2, "model", value="x"), "card.cells[2].model is 'x', which is not in card.plan.models"),
        (put("environment", "numpy", value=2), "card.environment.numpy is 2; expected a text"),
    ],
)
def test_a_card_that_does_not_fit_names_the_field(
    fields: dict[str, Any], tmp_path: Path, edit: Callable[[dict[str, Any]], None], message: str
) -> None:
    """With what it holds and what was expected."""
    edit(fields)
    with pytest.raises(InputError) as caught:
        read_card(write(tmp_path / "card.json", fields))
    assert message in caught.value.message


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff", b"[]", b"3", b'{"a": 1}'])
def test_a_file_that_is_no_card_is_refused(tmp_path: Path, content: bytes) -> None:
    """Whatever it is, and so is one that is not there."""
    path = tmp_path / "card.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"card\.json"):
        read_card(path)
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_card(tmp_path / "gone.json")


def with_cells(result: RunResult, *values: float | None) -> RunCard:
    """A card whose cells have these values under one metric each."""
    cells = tuple(
        CardCell("convnext-a", f"m{i}", value, "" if value is not None else "failed at score: no")
        for i, value in enumerate(values)
    )
    return replace(make_card(result), cells=cells)


def test_cells_are_compared_one_by_one(result: RunResult) -> None:
    """To the last bit, within rounding, beyond it, and where only one of the runs has a value."""
    old = with_cells(result, 1.0, -2.0, 2.0, 3.0, None, None, 0.0)
    new = with_cells(result, 1.0, -2.0 * (1 + 9e-6), 2.1, None, 4.0, None, 1e-9)
    differences = compare_cards(old, new)
    assert [cell.verdict for cell in differences.cells] == [
        *("identical", "equal", "differs", "missing", "new"),
        "differs",
    ]
    assert not differences.is_equal
    equal, differs, missing, new_cell, zero = differences.cells[1:]
    assert equal.relative == pytest.approx(-9e-6)
    assert differs.absolute == pytest.approx(0.1)
    assert differs.relative == pytest.approx(0.05)
    assert (missing.reason, new_cell.reason) == ("failed at score: no", "failed at score: no")
    assert (missing.absolute, missing.relative, zero.relative) == (None, None, None)
    assert compare_cards(old, old).is_equal
    assert compare_cards(with_cells(result, 1.0), with_cells(result, 1.0 + 9e-6)).is_equal


def test_a_cell_that_was_never_decided_is_missing(result: RunResult) -> None:
    """A run that stopped early does not pass for an equal one."""
    differences = compare_cards(with_cells(result, 1.0, 2.0), with_cells(result, 1.0))
    assert [(cell.verdict, cell.reason) for cell in differences.cells] == [
        ("identical", ""),
        ("missing", "not decided"),
    ]
    assert not differences.is_equal


def test_what_the_runs_differ_in_is_told(result: RunResult) -> None:
    """Samples, revisions, what the options came to, metric and library versions; nothing else."""
    old = make_card(result)
    assert compare_cards(old, old).conditions == ()
    model = ModelConditions("other", 16, ExtractionReport("bfloat16", None, batch_size=8))
    new = replace(
        old,
        plan=replace(old.plan, samples_fingerprint="f"),
        conditions={**old.conditions, "convnext-a": model},
        metric_versions={**old.metric_versions, "logme": 99},
        environment={**old.environment, "numpy": "9", "device": "cuda"},
    )
    told = {
        condition.name: (condition.card, condition.here) for condition in compare_cards(old, new).conditions
    }
    assert told == {
        "samples": (old.plan.samples_fingerprint, "f"),
        "revision of convnext-a": (old.conditions["convnext-a"].revision, "other"),
        "dtype of convnext-a": ("float32", "bfloat16"),
        "batch size of convnext-a": ("4", "8"),
        "version of logme": (str(old.metric_versions["logme"]), "99"),
        "numpy": (old.environment["numpy"], "9"),
    }
