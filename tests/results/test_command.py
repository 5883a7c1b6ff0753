"""The command that repeats a run says every choice, and nothing that a shell or a parser would misread."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from ptmrank_core.records import Analyses, ExtractionOptions, ModelSpec, Reading, RunPlan
from ptmrank_core.results.command import rank_command

PLAN = RunPlan(
    run_id="r",
    created_at="2026-01-01T00:00:00+00:00",
    task="text-classification",
    samples_source="/data/my 'odd' $(rm x)/reviews.csv",
    samples_fingerprint="f",
    models=(
        ModelSpec("org/name@v1", "hub", "text"),
        ModelSpec("demo:bert", "demo", "text", path="/zoo/bert"),
        ModelSpec("folder", "local", "text", path="/models/fol der"),
        ModelSpec("local:own", "local", "text", path="/models/own"),
    ),
    metrics=("logme", "emms"),
    options=ExtractionOptions("float32", "cpu", 8, layers=True),
    seed=3,
    reference_source="/data/general.zip",
    reading=Reading("text", "classification", ("first", "second"), ("-label",), ""),
    source_samples="demo:docstrings",
    label_encoder=ModelSpec("demo:names", "demo", "text"),
    analyses=Analyses(
        50,
        probe=False,
        sample_sizes=False,
        controls=True,
        fine_tune=2,
        fine_tune_seconds=90.0,
        projections=False,
    ),
    normalise="rms",
)


def words(plan: RunPlan) -> list[str]:
    """The command as a shell splits it."""
    command = rank_command(plan)
    assert command is not None
    return shlex.split(command)


def test_every_choice_stands_in_the_command() -> None:
    """Options come with their values, also those that look like options or are empty."""
    assert words(PLAN) == [
        *("ptmrank", "rank", "--task", "text-classification"),
        *("--samples", "/data/my 'odd' $(rm x)/reviews.csv"),
        *("--models", "org/name@v1,demo:bert,/models/fol der,local:own"),
        *("--metrics", "logme,emms", "--modality", "text", "--target", "classification"),
        *("--text-column", "first", "--text-column", "second", "--label-column=-label", "--group-column", ""),
        *("--dtype", "float32", "--device", "cpu", "--batch-size", "8", "--seed", "3"),
        *("--reference", "/data/general.zip", "--source", "demo:docstrings"),
        *("--label-encoder", "demo:names", "--intervals", "50", "--normalise", "rms"),
        *("--fine-tune", "2", "--fine-tune-seconds", "90", "--layers", "--no-probe"),
        *("--no-sample-sizes", "--controls", "--no-projections"),
    ]


def test_what_was_not_chosen_is_not_said() -> None:
    """Recognised columns, a batch size to be found, built-in references: the command leaves them open."""
    plain = replace(
        PLAN,
        options=ExtractionOptions(),
        reading=Reading("text"),
        reference_source="builtin:standard-library",
        source_samples=None,
        analyses=Analyses(),
        metrics=("logme",),
        normalise="none",
    )
    assert words(plain)[8:] == [
        *("--metrics", "logme", "--modality", "text"),
        *("--dtype", "auto", "--device", "auto", "--seed", "3", "--normalise", "none"),
    ]


def test_classes_as_they_are_have_a_name() -> None:
    """A run that read no class names says so: by default the command would read them."""
    assert "--label-encoder one-hot" in str(rank_command(replace(PLAN, label_encoder=None)))


@pytest.mark.parametrize(
    "spec",
    [
        ModelSpec("mine", "function", "text"),
        ModelSpec("a", "local", "text", path="/models/a,b"),
        ModelSpec("a", "local", "text", path="/models/a "),
        ModelSpec("a", "local", "text"),
    ],
)
def test_what_cannot_be_said_has_no_command(spec: ModelSpec) -> None:
    """A function, and folders that the list of models would be split at, have no name on a command line."""
    assert rank_command(replace(PLAN, models=(spec,))) is None


def test_ready_made_features_are_named_by_their_folder() -> None:
    """Several files are their folder, one file is itself; there is no task, no samples and no encoder."""
    files = tuple(ModelSpec(n, "features", "tabular", path=f"/f/{n}.npz") for n in ("a", "b"))
    plan = replace(PLAN, task="features", models=files, metrics=("emms",), source_samples=None)
    plan = replace(plan, reference_source=None, options=ExtractionOptions(), reading=Reading("tabular"))
    assert words(plan)[2:6] == ["--features", "/f", "--metrics", "emms"]
    assert not {"--task", "--samples", "--models", "--label-encoder"} & set(words(plan))
    assert words(replace(plan, models=files[:1]))[3] == "/f/a.npz"
