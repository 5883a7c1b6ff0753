"""Fine-tuning results: a user's table, and the demo's own record."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ptmrank_core.config import ASSETS
from ptmrank_core.data import load_samples, load_truth, read_truth, recorded_truth
from ptmrank_core.errors import InputError
from ptmrank_core.records import Reading, Samples, Truth
from tests.documented import needs_versions_on_record

MODELS = ("org/one", "org/two", "org/three")


def read(text: str) -> Truth:
    """Results of three models."""
    return read_truth("results.csv", text.encode(), MODELS)


def test_accuracies_are_matched_by_id() -> None:
    """Results come in the run's order; a name of no model is kept apart."""
    truth = read("model,accuracy\norg/two,0.8\norg/one,0.9\norg/thre,0.7\n")
    assert list(truth.values.items()) == [("org/one", 0.9), ("org/two", 0.8)]
    assert truth.measure == "accuracy"
    assert truth.unmatched == {"org/thre": 0.7}
    assert truth.notes == ()


def test_a_name_without_its_organisation_is_understood() -> None:
    """The only id that ends in the name is meant, and that is said; an ambiguous name matches nothing."""
    truth = read("model,accuracy\nOne,0.9\norg/two,0.8\nthree,0.7\nTHREE,0.6\n")
    assert truth.values == {"org/one": 0.9, "org/two": 0.8}
    assert truth.notes == ("'One' was read as 'org/one'.",)
    assert truth.unmatched == {"three": 0.7, "THREE": 0.6}
    twins = read_truth("t.csv", b"model,r2\na/x,0.1\nx,0.2\nc/y,0.3\n", ("a/x", "b/x", "c/y"))
    assert twins.values == {"a/x": 0.1, "c/y": 0.3}
    assert twins.unmatched == {"x": 0.2}


@pytest.mark.parametrize("cells", [("90", "55.5"), ("90%", "55.5 %")])
def test_percent_becomes_a_share(cells: tuple[str, str]) -> None:
    """Numbers above 1, with or without the sign, are percent."""
    truth = read(f"model;accuracy\norg/one;{cells[0]}\norg/two;{cells[1]}\nelse;{cells[0]}\n")
    assert truth.values == pytest.approx({"org/one": 0.9, "org/two": 0.555})
    assert truth.unmatched == pytest.approx({"else": 0.9})
    assert "percent" in truth.notes[0]


def test_another_measure_keeps_its_name_unit_and_direction() -> None:
    """One column of numbers is enough whatever its name; of an error less is better."""
    truth = read("model,family,RMSE\norg/one,a,120\norg/two,b,90\n")
    assert (truth.measure, truth.higher_is_better) == ("rmse", False)
    assert truth.values == {"org/one": 120.0, "org/two": 90.0}
    assert read("model,r2,seconds\norg/one,-0.5,1\norg/two,0.5,2\n").measure == "r2"


def test_a_missing_number_is_no_result() -> None:
    """A model whose cell is empty has no result, never a zero."""
    truth = read("model,accuracy\norg/one,0.5\norg/two,\norg/three,0.7\n")
    assert truth.values == {"org/one": 0.5, "org/three": 0.7}
    assert truth.notes == ("Rows without a number: org/two.",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model,accuracy\norg/one,0.5\norg/one,0.6\n", "more than one row for 'org/one'"),
        ("name,accuracy\norg/one,0.5\norg/two,0.5\n", "no column 'model'"),
        ("model,a,b\norg/one,1,2\norg/two,1,2\n", "its columns of numbers: a, b"),
        ("model,accuracy\norg/one,good\norg/two,0.5\n", "results.csv:2: accuracy is 'good'"),
        ("model,accuracy\norg/one,inf\norg/two,0.5\n", "expected a number"),
        ("model,accuracy\norg/one,940\norg/two,0.5\n", "accuracy is 940"),
        ("model,accuracy\norg/one,-0.1\norg/two,0.5\n", "accuracy is -0.1"),
        ("model,accuracy\norg/on,0.9\norg/tw,0.5\n", "Did you mean 'org/one' for 'org/on'"),
        ("model,accuracy\norg/one,0.9\norg/two,0.5,7\n", "results.csv:3 cannot be read"),
        ("model,accuracy\n", "no row"),
    ],
)
def test_what_cannot_be_used_is_refused(text: str, said: str) -> None:
    """The message names the row or id that is wrong."""
    with pytest.raises(InputError) as caught:
        read(text)
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A wrong path is the user's input, and named."""
    with pytest.raises(InputError, match="nowhere"):
        load_truth(tmp_path / "nowhere.csv", MODELS)


@pytest.mark.parametrize(
    "name", ["digits", pytest.param("docstrings", marks=needs_versions_on_record), "spoken-digits"]
)
def test_demo_samples_have_their_record(name: str) -> None:
    """The truth of demo samples is the mean of what is on record, under the catalogue's ids."""
    truth = recorded_truth(load_samples(f"demo:{name}"))
    record = json.loads((ASSETS / "demo" / name / "truth.json").read_text(encoding="utf-8"))["models"]
    assert truth is not None
    assert truth.values == {f"demo:{model}": own["mean"] for model, own in record.items()}


def test_a_record_of_other_samples_is_not_shown(samples: Samples) -> None:
    """Other samples have no record; demo samples that changed have one that does not hold."""
    assert recorded_truth(samples) is None
    digits = load_samples("demo:digits")
    changed = replace(digits, digests=("0" * 64, *digits.digests[1:]))
    with pytest.raises(InputError, match="another version of demo:digits"):
        recorded_truth(changed)


def test_the_record_holds_for_a_part_of_the_demo_samples() -> None:
    """What fine-tuning gave on the whole is still what the models reach, however many samples rank them."""
    whole, part = (load_samples("demo:digits", Reading(max_samples=n)) for n in (None, 100))
    assert part.n_samples == 100
    assert recorded_truth(whole) is not None
    assert recorded_truth(part) == recorded_truth(whole)
