"""The table of metrics is complete and answers for itself."""

from __future__ import annotations

import dataclasses
import importlib
import json
import pkgutil
import re
import subprocess
import sys
from functools import partial

import pytest

import ptmrank_core.metrics
from ptmrank_core.errors import InputError, MetricInputError, UnknownNameError
from ptmrank_core.metrics import (
    LABEL_EMBEDDINGS,
    METRIC_PRESETS,
    METRICS,
    SOURCE_LOGITS,
    compute,
    default_metrics,
    describe_input,
    evidence_metrics,
    inapplicable_reason,
    metric_spec,
    metrics_reading,
    prepare_inputs,
    resolve_metrics,
    standard_metrics,
)
from ptmrank_core.metrics.agreements import AGREEMENTS_FILE
from ptmrank_core.metrics.inputs.auxiliary import AuxiliaryInputs
from ptmrank_core.records import MetricSpec
from tests.metrics.conftest import make_toy

SPECS = [pytest.param(spec, id=spec.name) for spec in METRICS.values()]


def test_a_metric_s_agreement_with_fine_tuning_is_on_record() -> None:
    """What is on record is a tau; a variant is expected to do what its metric does."""
    priors = {name: spec.prior_agreement for name, spec in METRICS.items()}
    assert all(-1 <= tau <= 1 for prior in priors.values() for tau in prior.taus())
    assert all(priors[name] == priors[name.split(":")[0]] for name in METRICS)
    assert sum(prior.mean is not None for prior in priors.values()) > len(priors) / 2


def test_every_record_of_agreement_is_of_a_metric() -> None:
    """No entry of the file is left behind by a metric that was renamed or removed."""
    recorded = json.loads(AGREEMENTS_FILE.read_text(encoding="utf-8"))
    assert set(recorded) <= set(standard_metrics())


def test_every_metric_stands_in_its_own_file() -> None:
    """Each module of the package is one metric: its function, its output, its specs, and no one else's."""
    for file in (
        module for module in pkgutil.iter_modules(ptmrank_core.metrics.__path__) if not module.ispkg
    ):
        module = importlib.import_module(f"ptmrank_core.metrics.{file.name}")
        assert [spec.name.partition(":")[0] for spec in module.SPECS] == [file.name] * len(module.SPECS)
        assert module.SPECS[0].function is getattr(module, f"{file.name}_output")
        assert all(METRICS[spec.name] is spec for spec in module.SPECS)
        assert getattr(ptmrank_core.metrics, file.name) is getattr(module, file.name)
        for variant in module.SPECS[1:]:
            assert isinstance(variant.function, partial)
            assert variant.function.func is module.SPECS[0].function


def test_a_variant_follows_its_metric_in_the_list() -> None:
    """Metrics are listed by position, each followed at once by its variants in the order of its file."""
    assert [spec.position for spec in METRICS.values()] == sorted(s.position for s in METRICS.values())
    bases = [name.partition(":")[0] for name in METRICS]
    listed = (*default_metrics(), *evidence_metrics())
    assert bases == [base for base in listed for _ in range(bases.count(base))]


def test_every_input_that_a_metric_reads_is_described() -> None:
    """Whatever a metric needs or uses is an input that there is, and can be said in words."""
    known = {*AuxiliaryInputs.__annotations__, SOURCE_LOGITS}
    assert all(spec.needs | spec.uses <= known for spec in METRICS.values())
    assert all(describe_input(name) for name in known)


@pytest.mark.parametrize("name", [LABEL_EMBEDDINGS, SOURCE_LOGITS])
def test_who_uses_an_input_stands_in_the_specs(name: str) -> None:
    """Where an optional input is left out, exactly the metrics that are said to use it have another value."""
    arrays = make_toy().arrays()
    given, left_out = (prepare_inputs(**(arrays | changes)) for changes in ({}, {name: None}))
    asked = [metric for metric, spec in METRICS.items() if name not in spec.needs]
    changed = {metric for metric in asked if compute(metric, given).value != compute(metric, left_out).value}
    assert changed == {metric for metric, spec in METRICS.items() if name in spec.uses}
    assert set(metrics_reading(name, METRICS)) == changed | (METRICS.keys() - asked)


@pytest.mark.parametrize("spec", SPECS)
def test_every_fact_is_there(spec: MetricSpec) -> None:
    """A metric states every fact: title, tasks, idea, when it fails, and a reference one can look up."""
    assert spec.title
    assert spec.tasks
    assert spec.idea.endswith(".")
    assert spec.fails_when.endswith(".")
    assert spec.version >= 1
    assert spec.measured_seconds > 0
    assert spec.formula.latex
    assert spec.formula.symbols.endswith(".")
    assert spec.formula.meaning.rstrip().endswith((".", "?"))
    for text in (spec.traits.assumes, spec.traits.complexity, spec.traits.use_when):
        assert text.endswith(".")
        assert "  " not in text
    assert re.search(r"\bn[²³]?(?!\w)", spec.traits.complexity)
    assert re.search(r"arXiv:\d{4}\.\d{5}|doi:10\.\d{4}", spec.reference)


@pytest.mark.parametrize("spec", SPECS)
def test_a_variant_belongs_to_a_metric(spec: MetricSpec) -> None:
    """The part of a variant's name before the colon is itself in the table."""
    assert spec.name.split(":")[0] in METRICS


def test_default_metrics_are_not_variants() -> None:
    """What a run scores by default is every metric without its variants, and the evidence beside them."""
    bases = dict.fromkeys(name.split(":")[0] for name in METRICS)
    assert default_metrics() + evidence_metrics() == standard_metrics() == tuple(bases)
    assert all(METRICS[name].kind == "evidence" for name in evidence_metrics())
    assert all(set(preset.metrics) <= set(bases) for preset in METRIC_PRESETS.values())
    assert METRIC_PRESETS["all"].metrics == standard_metrics()


def test_unknown_metric_gets_the_nearest_name() -> None:
    """A misspelt metric is answered with the name that was meant."""
    with pytest.raises(UnknownNameError, match="Did you mean 'logme'"):
        metric_spec("logm")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("all", tuple(METRICS)),
        (["all"], tuple(METRICS)),
        ("leep, logme", ("leep", "logme")),
        (("hscore", "logme", "hscore"), ("hscore", "logme")),
        ("logme,", ("logme",)),
    ],
)
def test_names_are_resolved(wanted: str | list[str], expected: tuple[str, ...]) -> None:
    """All, a comma list and a sequence become names in the order asked for, each once."""
    assert resolve_metrics(wanted) == expected


@pytest.mark.parametrize("wanted", ["", " , ", ()])
def test_no_name_is_refused(wanted: str) -> None:
    """Asking for no metric is an error that lists them."""
    with pytest.raises(InputError, match="hscore:plain"):
        resolve_metrics(wanted)


def test_unknown_name_among_known_ones_is_refused() -> None:
    """One wrong name in a list is not passed over."""
    with pytest.raises(UnknownNameError, match="'hscor'"):
        resolve_metrics("logme,hscor")


def test_why_not_names_what_is_missing() -> None:
    """A headless model is told that LEEP needs the outputs of a head."""
    reason = inapplicable_reason(METRICS["leep"], frozenset(), "classification")
    assert reason is not None
    assert "source_logits" in reason


def test_why_not_names_the_task() -> None:
    """Real targets are told that H-Score is for classes."""
    reason = inapplicable_reason(METRICS["hscore"], {"source_logits"}, "regression")
    assert reason == "H-Score is defined for classification, not for regression."


def test_why_not_of_a_constant_that_classes_give() -> None:
    """A Lipschitz constant has to be given for real targets; for classes it follows from the features."""
    spec = dataclasses.replace(METRICS["logme"], needs=frozenset({"lipschitz"}))
    assert inapplicable_reason(spec, (), "classification") is None
    assert "(lipschitz)" in str(inapplicable_reason(spec, (), "regression"))


def test_why_not_is_none_where_the_metric_applies() -> None:
    """Nothing speaks against a metric whose inputs are there."""
    assert inapplicable_reason(METRICS["leep"], {"source_logits"}, "classification") is None
    assert inapplicable_reason(METRICS["logme"], (), "multilabel") is None


def test_import_is_light() -> None:
    """Importing metrics, ranking and projection loads neither torch nor scikit-learn nor a front."""
    code = (
        "import sys, ptmrank_core.metrics, ptmrank_core.ranking, ptmrank_core.projection;"
        "print({'torch', 'transformers', 'sklearn', 'streamlit', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("name", [name for name, spec in METRICS.items() if spec.stochastic])
def test_a_stochastic_metric_takes_a_seed(name: str) -> None:
    """Its own seed is the default, and another gives another value; bit for bit the same each time."""
    toy = make_toy(60, 5)
    inputs = prepare_inputs(toy.embeddings, labels=toy.labels)
    own = compute(name, inputs).value
    assert compute(name, inputs, seed=123).value == own
    others = {compute(name, inputs, seed=seed).value for seed in (1, 2, 3, 4)}
    assert len({own, *others}) > 1
    assert compute(name, inputs, seed=1).value in others


def test_a_metric_without_a_seed_refuses_one() -> None:
    """A seed that would change nothing is an error that says so."""
    toy = make_toy(20, 5)
    inputs = prepare_inputs(toy.embeddings, labels=toy.labels)
    with pytest.raises(MetricInputError, match="LogME depends on no seed; got seed 3"):
        compute("logme", inputs, seed=3)
