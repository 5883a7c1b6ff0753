"""What the theory says of every metric, on any samples: what changes a score, what does not, what bounds it.

One drawn set of samples goes through all names of the registry. Real numbers of no special position are for
invariances; small integers, among which columns, rows and classes coincide all the time, for the rest.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from ptmrank_core.errors import InputError, MetricError
from ptmrank_core.metrics import METRICS, MetricInputs, compute, prepare_inputs
from tests.metrics.conftest import Toy, make_toy

Array = NDArray[Any]
Given = dict[str, Any]
Sample = tuple[int, int, int, int]

NAMES = frozenset(METRICS)
# They read what a source head says and never the features.
BLIND = {"leep", "nce", "pactran:dirichlet", "pactran:gamma"}
# Neither unit nor axes nor origin count where a covariance is inverted whole, or a span is all that matters.
SPAN = {"hscore:plain", "emms", "emms:onehot"}
# Neither unit nor columns that are constant or there twice count in ratios of variances or of distances.
RATIOS = {"transrate:trace", "nearest_neighbours", "nearest_mean", "label_alignment"}
GBC = {"gbc", "gbc:diagonal", "gbc:fulldet"}
TRANSRATE = {"transrate", "transrate:prior", "transrate:trace"}
NLEEP = {"nleep", "nleep:spherical"}
WDJE = {"wdje", "wdje:auto"}
# The power steps of SFDA start at the row sums of a covariance; PED takes deviations column by column.
AXES_COUNT = {"sfda", "sfda:log", "ped", "ped:logme", "etran:lda"}
# LogME has no intercept, and WDJE scales rows to length 1.
ORIGIN_COUNTS = {"logme", "logme:thuml", "ped:logme", *WDJE}

# A change of the features of one model, and the metrics that do not see it.
CHANGES: dict[str, tuple[Callable[[Array], Array], frozenset[str]]] = {
    "another origin": (lambda f: f + np.linspace(-2, 3, f.shape[1]), NAMES - ORIGIN_COUNTS),
    "another unit": (lambda f: 3.7 * f, frozenset({*BLIND, *SPAN, *WDJE, *RATIOS, "hscore"})),
    "other axes": (lambda f: f @ _rotation(f.shape[1]), NAMES - AXES_COUNT),
    "a linear map": (
        lambda f: f @ (_rotation(f.shape[1]) * np.linspace(1, 3, f.shape[1])),
        frozenset({*BLIND, *SPAN}),
    ),
    # A constant has no variance in or between classes; to LogME it is an intercept, others count columns.
    "a constant column": (
        lambda f: np.hstack([f, np.full((len(f), 1), 3.7)]),
        frozenset({*BLIND, *SPAN, *RATIOS, *TRANSRATE, *NLEEP, "etran", "gbc:diagonal"}),
    ),
    "every column twice": (lambda f: np.hstack([f, f]), frozenset({*BLIND, *SPAN, *WDJE, *RATIOS})),
}
# They see a unit, which equal columns are too, by an absolute number alone: what is added to the diagonals of
# a mixture, the floor of a variance, the guards and the start of LogME. They may differ or not.
FAINT = {"another unit", "every column twice"}, {*NLEEP, *GBC, "logme", "logme:thuml", "ped:logme"}
# Shares and means per sample stay; what counts samples (evidence, shrinkage, clusters) does not.
TWICE = frozenset(
    {
        *SPAN,
        *GBC,
        "transrate",
        "transrate:prior",
        "leep",
        "nce",
        "sfda",
        "sfda:log",
        "ped",
        "etran",
        "etran:lda",
        "label_alignment",
    }
)

FEW = settings(max_examples=8, deadline=None, derandomize=True, database=None)
MORE = settings(FEW, max_examples=25)


def _rotation(width: int) -> Array:
    """Return axes that have nothing to do with the old ones."""
    return np.linalg.qr(np.random.default_rng(width).normal(size=(width, width)))[0]


# Shape (n, d, C) and seed of real numbers of no special position, wide and tall; classes of two and more.
GENERIC = st.tuples(st.integers(12, 24), st.integers(1, 30), st.integers(2, 4), st.integers(0, 999))


def make(sample: Sample) -> Toy:
    """Return toy samples in a unit in which no metric saturates."""
    n_samples, n_features, n_classes, seed = sample
    toy = make_toy(n_samples, n_features, n_classes, seed=seed)
    small = {key: 0.3 * getattr(toy, key) for key in ("embeddings", "reference_embeddings")}
    return Toy(**vars(toy) | small)


@st.composite
def coincident(draw: st.DrawFn) -> Given:
    """Small integers: constant, equal and dead columns, equal and dead samples, classes of one."""
    n, d = draw(st.integers(2, 12)), draw(st.integers(1, 6))
    labels = [0, 1, *draw(st.lists(st.integers(0, 3), min_size=n - 2, max_size=n - 2))]

    def table(rows: int, columns: int) -> Array:
        return draw(arrays(np.int8, (rows, columns), elements=st.integers(-2, 2))) / 2

    n_source = draw(st.integers(1, 14))
    return {
        "embeddings": table(n, d),
        "labels": np.array(draw(st.permutations(labels))),
        "source_logits": table(n, 3),
        "reference_embeddings": table(4, d),
        "label_embeddings": table(2 * len(set(labels)), 3).reshape(2, -1, 3),
        "source_embeddings": table(n_source, d),
        "source_labels": np.eye(4)[[i % 4 for i in range(n_source)]],
        "source_error": 0.2,
        "target_error": 0.9,
    }


def scores(inputs: MetricInputs) -> dict[str, float]:
    """Return the value of every name; published LogME says of all-zero features that it has none."""
    names = NAMES if inputs.embeddings.any() else NAMES - {"logme:thuml"}
    return {name: compute(name, inputs).value for name in sorted(names)}


def prepared(toy: Toy, **changes: Any) -> MetricInputs:
    """Check toy samples, some of their arrays exchanged."""
    return prepare_inputs(**toy.arrays(**changes))


def assert_same(found: dict[str, float], expected: dict[str, float], names: frozenset[str] = NAMES) -> None:
    """Scores agree to the digits that an optimiser and a pseudo-inverse of other numbers leave."""
    for name in sorted(names):
        assert found[name] == pytest.approx(expected[name], rel=1e-6, abs=1e-9), name


@FEW
@given(sample=GENERIC, seed=st.integers(0, 99))
def test_sample_order_does_not_count(sample: Sample, seed: int) -> None:
    """Shuffled samples score the same under every metric."""
    toy = make(sample)
    order = np.random.default_rng(seed).permutation(len(toy.labels))
    shuffled = {key: getattr(toy, key)[order] for key in ("embeddings", "labels", "source_logits")}
    assert_same(scores(prepared(toy, **shuffled)), scores(prepared(toy)))


@FEW
@given(
    sample=GENERIC,
    names=st.one_of(
        st.lists(st.integers(-(2**40), 2**40), min_size=4, max_size=4, unique=True),
        st.lists(st.text(min_size=1, max_size=4), min_size=4, max_size=4, unique=True),
    ),
)
def test_label_names_do_not_count(sample: Sample, names: list[Any]) -> None:
    """Gaps, negative numbers and any strings score as 0..C-1 does."""
    toy = make(sample)
    given_arrays = toy.arrays()
    n_classes = len(np.unique(toy.labels))
    # What is given for each class stands in the order of the sorted labels.
    order = np.argsort(np.array(names[:n_classes]))
    changes = {
        "labels": np.array(names)[toy.labels],
        "label_embeddings": given_arrays["label_embeddings"][:, order],
        "source_labels": given_arrays["source_labels"][:, order],
    }
    assert_same(scores(prepared(toy, **changes)), scores(prepared(toy)))


@FEW
@given(sample=GENERIC, seed=st.integers(0, 99))
def test_feature_order_does_not_count(sample: Sample, seed: int) -> None:
    """Permuted columns score the same under every metric, also those that see the axes."""
    toy = make(sample)
    order = np.random.default_rng(seed).permutation(toy.embeddings.shape[1])
    permuted = prepare_inputs(**toy.mapped(lambda features: features[:, order]))
    assert_same(scores(permuted), scores(prepared(toy)))


@pytest.mark.parametrize("change", CHANGES)
@FEW
@given(sample=GENERIC)
def test_what_theory_says_does_not_count(change: str, sample: Sample) -> None:
    """Origin, unit, axes, linear maps and idle columns leave alone the metrics that cannot see them."""
    toy = make(sample)
    function, blind = CHANGES[change]
    changed = prepare_inputs(**toy.mapped(function))
    assert_same(scores(changed), scores(prepared(toy)), blind)


@pytest.mark.parametrize("change", CHANGES)
def test_what_theory_says_counts(change: str) -> None:
    """All other metrics do see the change: the table above leaves none out."""
    function, blind = CHANGES[change]
    toy = make_toy(40, 6, 3, seed=1)
    before = scores(prepare_inputs(**toy.mapped(lambda features: 0.3 * features)))
    after = scores(prepare_inputs(**toy.mapped(lambda features: function(0.3 * features))))
    seen = {name for name in NAMES if after[name] != pytest.approx(before[name], rel=1e-7, abs=1e-9)}
    faint = FAINT[1] if change in FAINT[0] else set()
    assert seen - faint == NAMES - blind - faint


# Free of the unit by definition; every other metric says when the size of the numbers counts.
ANY_SIZE = {*BLIND, *SPAN, *WDJE, *RATIOS, "hscore", "logme"}
SIZE_IN_WORDS = re.compile(r"\b(unit|scales?|tiny|large|below 0\.001)\b", re.IGNORECASE)


@pytest.mark.parametrize("shape", [(60, 8, 3), (24, 40, 3)])
@pytest.mark.parametrize("factor", [1e-6, 1e-3, 1e3, 1e6])
def test_tiny_and_huge_features_score_as_they_are(shape: tuple[int, int, int], factor: float) -> None:
    """A million times larger or smaller numbers score the same under every metric without a unit."""
    toy = make_toy(*shape, seed=3)
    scaled = prepare_inputs(**toy.mapped(lambda features: factor * features))
    plain = prepared(toy)
    for name in sorted(ANY_SIZE):
        assert compute(name, scaled).value == pytest.approx(compute(name, plain).value, rel=1e-6), name


def test_a_metric_that_sees_the_size_of_the_features_says_so() -> None:
    """The facts of every metric that has a unit name the size of the features among its weaknesses."""
    toy = make_toy(60, 8, 3, seed=3)
    tiny, huge = (prepare_inputs(**toy.mapped(lambda f, by=by: by * f)) for by in (1e-6, 1e6))
    for name in sorted(NAMES - ANY_SIZE):
        assert compute(name, tiny).value != pytest.approx(compute(name, huge).value, rel=1e-3), name
        assert SIZE_IN_WORDS.search(METRICS[name].fails_when), name


@FEW
@given(sample=GENERIC)
def test_every_sample_twice(sample: Sample) -> None:
    """Samples that are all there twice leave alone the metrics that average over samples."""
    toy = make(sample)
    names = TWICE
    if toy.embeddings.shape[1] > len(toy.labels):
        names = names - GBC  # min(64, n, d) principal components
    doubled = {
        key: np.repeat(getattr(toy, key), 2, axis=0) for key in ("embeddings", "labels", "source_logits")
    }
    assert_same(scores(prepared(toy, **doubled)), scores(prepared(toy)), names)


@MORE
@given(samples=coincident())
def test_scores_are_finite_and_within_their_bounds(samples: Given) -> None:
    """Whatever coincides, every score is a finite number within the registry's bounds and the theory's."""
    inputs = prepare_inputs(**samples)
    found = scores(inputs)
    for name, value in found.items():
        low, high = METRICS[name].bounds
        assert math.isfinite(value), name
        assert low is None or value >= low, name
        assert high is None or value <= high, name
    n, d, c = inputs.n_samples, inputs.n_features, inputs.n_classes
    shares = np.bincount(inputs.labels) / n  # type: ignore[arg-type]
    slack = 1 + 1e-9
    assert found["nce"] >= np.sum(shares * np.log(shares)) * slack
    assert found["hscore:plain"] <= min(c - 1, d) * slack
    assert found["hscore"] <= (c - 1) * n / (n - 1) * slack
    assert min(found[name] for name in GBC) >= -c * (c - 1) * slack
    assert found["emms:onehot"] >= -c * c * slack
    assert max(found[name] for name in WDJE) <= 0.9 - 0.2
    assert found["wdje"] <= found["wdje:auto"]


@MORE
@given(samples=coincident())
def test_arrays_stay_as_they_were(samples: Given) -> None:
    """Read-only arrays are accepted, and no bit of any array is changed."""
    frozen = {key: np.array(value) for key, value in samples.items()}
    before = {key: value.tobytes() for key, value in frozen.items()}
    for value in frozen.values():
        value.setflags(write=False)
    scores(prepare_inputs(**frozen))
    assert {key: value.tobytes() for key, value in frozen.items()} == before


TABLES = ("embeddings", "source_logits", "reference_embeddings", "source_embeddings", "source_labels")


@MORE
@given(
    samples=coincident(),
    name=st.sampled_from(TABLES),
    bad=st.sampled_from([np.nan, np.inf, -np.inf]),
    place=st.randoms(),
)
def test_a_value_that_is_not_finite_is_refused(samples: Given, name: str, bad: float, place: Any) -> None:
    """One NaN or infinity anywhere is an error of the input that says where, and what to do."""
    spoiled = np.array(samples[name], dtype=float)
    row, column = place.randrange(len(spoiled)), place.randrange(spoiled.shape[1])
    spoiled[row, column] = bad
    with pytest.raises(InputError, match=f"{name} holds 1 values .* row {row}, column {column}") as caught:
        prepare_inputs(**samples | {name: spoiled})
    assert caught.value.hint


@MORE
@given(
    samples=coincident(),
    name=st.sampled_from((*TABLES, "labels", "label_embeddings")),
    cut=st.integers(0, 11),
)
def test_a_wrong_length_or_nothing_at_all_is_refused(samples: Given, name: str, cut: int) -> None:
    """Arrays of another length than the others, or of none, are errors of the input that say what to do."""
    whole = samples[name]
    # A reference or source set may have any length but none at all, and source labels that of their samples.
    free = {"reference_embeddings", "source_embeddings"}
    short = whole[:, :0] if name == "label_embeddings" else whole[: 0 if name in free else cut % len(whole)]
    with pytest.raises(InputError, match="Expected") as caught:
        prepare_inputs(**samples | {name: short})
    assert caught.value.hint


@MORE
@given(samples=coincident())
def test_published_logme_says_where_it_has_no_value(samples: Given) -> None:
    """Features that are all zero are the only ones without a value, and only under the published form."""
    dead = prepare_inputs(**samples | {"embeddings": np.zeros_like(samples["embeddings"])})
    with pytest.raises(MetricError, match="infinite on features that are all zero"):
        compute("logme:thuml", dead)
    assert all(map(math.isfinite, scores(dead).values()))
