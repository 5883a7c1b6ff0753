"""The scripts of the demo write what is on file: cards, facts, protocols and the form of both records."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assets.demo.scripts import cards, recipes, records, truth
from assets.demo.scripts.audio import cards as audio_cards
from assets.demo.scripts.audio import recipes as audio_recipes
from assets.demo.scripts.audio import truth as audio_truth
from assets.demo.scripts.checkpoints import ModelFacts, Recipe
from assets.demo.scripts.measurements import Outcome
from assets.demo.scripts.text import cards as text_cards
from assets.demo.scripts.text import recipes as text_recipes
from assets.demo.scripts.text import truth as text_truth
from tests.documented import needs_versions_on_record

# What the samples of a zoo are called in its zoo.json -> its recipes.
ZOOS: dict[str, Any] = {"images": recipes, "clips": audio_recipes, "texts": text_recipes}


def read(path: Path) -> dict[str, Any]:
    """One of the JSON files of a zoo."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def facts_on_record(unit: str, name: str) -> ModelFacts:
    """What ``zoo.json`` tells of a model."""
    entry = read(ZOOS[unit].ZOO_SUMMARY)["models"][name]
    entry.pop("control", None)  # follows from the source task
    return ModelFacts(n_train=entry.pop(f"train_{unit}"), **entry)


def text_card(recipe: text_recipes.Recipe, facts: ModelFacts) -> str:
    """The card of a text model; vocabulary and classes are those of its configuration."""
    config = read(recipe.folder / "config.json")
    class_names = tuple(config["id2label"].values()) if facts.n_source_classes else ()
    return text_cards.model_card(recipe, facts, config["vocab_size"], class_names)


CARDS: dict[str, Callable[[Any, ModelFacts], str]] = {
    "images": cards.model_card,
    "clips": audio_cards.model_card,
    "texts": text_card,
}


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The models are worked on here, one after the other."""

    def work_on_each(work: Callable[[Any], Any], models: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
        return zip(models, map(work, models), strict=True)

    monkeypatch.setattr(records, "for_each_recipe", work_on_each)


@pytest.mark.parametrize(
    ("unit", "recipe"),
    [pytest.param(unit, recipe, id=recipe.name) for unit, zoo in ZOOS.items() for recipe in zoo.RECIPES],
)
def test_a_card_on_file_is_what_the_script_writes(unit: str, recipe: Recipe) -> None:
    """From the facts on record the script writes the very card that lies beside the weights."""
    card = CARDS[unit](recipe, facts_on_record(unit, recipe.name))
    assert card == (recipe.folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("unit", ZOOS)
def test_a_zoo_is_recorded_in_the_form_on_file(unit: str, tmp_path: Path) -> None:
    """The facts of every model, recorded again, give the same file to the byte."""
    zoo, path = ZOOS[unit], tmp_path / "records" / "zoo.json"
    about = {key: value for key, value in read(zoo.ZOO_SUMMARY).items() if key != "models"}
    records.record_zoo(
        lambda recipe: facts_on_record(unit, recipe.name), zoo.RECIPES, path, unit=unit, about=about
    )
    assert path.read_bytes() == zoo.ZOO_SUMMARY.read_bytes()


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("unit", ZOOS)
def test_a_truth_is_recorded_in_the_form_on_file(unit: str, tmp_path: Path) -> None:
    """The accuracies on record, recorded again, give the same gaps, means, deviations and flags."""
    zoo, path = ZOOS[unit], tmp_path / "truth.json"
    known = read(zoo.TRUTH)

    def measured(recipe: Recipe) -> Outcome:
        found = known["models"][recipe.name]
        # Two values whose mean and deviation are those on record.
        probes = found["linear_probe_mean"] + found["linear_probe_std"] * np.array([1, -1]) / 2**0.5
        return Outcome(tuple(found["accuracies"]), tuple(probes))

    protocol = records.TruthProtocol({}, (), 0, 0, 0.0, "", "")
    records.record_truth(
        measured,
        zoo.RECIPES,
        path,
        protocol,
        samples_digest=known["samples_digest"],
        made_with=known["made_with"],
    )
    again = read(path)
    assert list(again) == list(known)
    assert (again["samples_digest"], again["made_with"]) == (known["samples_digest"], known["made_with"])
    assert list(again["models"]) == list(known["models"])
    # The accuracies on record are rounded.
    for found, entry in zip(again["models"].values(), known["models"].values(), strict=True):
        assert list(found) == list(entry)
        assert found.pop("accuracies") == entry.pop("accuracies")
        assert found == pytest.approx(entry, abs=2e-6)
    for found, gap in zip(again["gaps"], known["gaps"], strict=True):
        assert (found.pop("better"), found.pop("worse")) == (gap.pop("better"), gap.pop("worse"))
        assert found == pytest.approx(gap, abs=2e-6)


@pytest.mark.parametrize(
    ("script", "zoo"),
    [
        pytest.param(truth, recipes, id="images"),
        pytest.param(text_truth, text_recipes, id="texts", marks=needs_versions_on_record),
        pytest.param(
            audio_truth,
            audio_recipes,
            id="clips",
            marks=[
                pytest.mark.slow,
                pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng makes the clips"),
            ],
        ),
    ],
)
def test_the_protocol_on_record_is_the_scripts_own(script: Any, zoo: Any) -> None:
    """How the accuracies were measured stands in the record as the script states it, in that order."""
    known = read(zoo.TRUTH)["protocol"]
    assert list(script.protocol().entry().items()) == list(known.items())
