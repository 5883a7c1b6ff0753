"""A column that alone gives the label is warned of; one that is merely good is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from ptmrank_core.data.sources.limits import DEFAULT_LIMITS
from ptmrank_core.data.tables import load_table
from ptmrank_core.data.tables.columns.association import (
    codes_tell,
    is_beyond_chance,
    means_tell,
    rank_correlation,
    splits_tell,
)
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Reading, Samples

GIVES = "alone gives the label"


def load(tables: Any, features: Any, labels: Sequence[Any], leak: Any = None, **reading: Any) -> Samples:
    """Samples of a table of these features, and a column that may leak."""
    columns = {f"f{k} a": np.asarray(features)[:, k].tolist() for k in range(np.shape(features)[1])}
    if leak is not None:
        columns["leak"] = list(leak)
    rows = zip(*columns.values(), labels, strict=True)
    text = "\n".join(";".join(map(str, row)) for row in [(*columns, "label"), *rows]) + "\n"
    reading = {"target_kind": "classification", **reading}
    samples: Samples = tables.load("a.csv", text, **reading)
    return samples


def alarms(samples: Samples) -> list[str]:
    """The warnings on leaks."""
    return [warning for warning in samples.warnings if GIVES in warning]


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer"])
def test_honest_features_give_no_alarm(tables: Any, name: str) -> None:
    """Neither with all classes, nor with one against the rest, nor with two of them."""
    data = getattr(datasets, f"load_{name}")()
    assert alarms(load(tables, data.data, data.target)) == []
    for one in np.unique(data.target):
        assert alarms(load(tables, data.data, (data.target == one).astype(int))) == []
        for other in range(one):
            pair = np.isin(data.target, (one, other))
            assert alarms(load(tables, data.data[pair], data.target[pair])) == []


def test_honest_integers_give_no_alarm(tables: Any) -> None:
    """The same measures in whole tenths, each of which sets setosa apart."""
    data = datasets.load_iris()
    tenths = np.rint(10 * data.data).astype(int)
    assert alarms(load(tables, tenths, (data.target == 0).astype(int))) == []


def test_chance_gives_no_alarm(tables: Any) -> None:
    """Of 2,400 columns of coin tosses in 300 small tables none is one, few as the rows are."""
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(300):
        n = int(rng.integers(12, 24))
        labels = rng.permutation(np.arange(n) % 2)
        found += len(alarms(load(tables, rng.integers(0, 2, (n, 8)), labels)))
    assert found == 0


def _leak(kind: str, labels: Any, rng: Any) -> list[Any]:
    """A column made of the labels."""
    n_classes = int(labels.max()) + 1
    if kind == "code":
        return (100 - 3 * ((labels + 1) % n_classes)).tolist()
    if kind == "word":
        return [f"kind {label}" for label in labels]
    if kind == "noisy copy":
        return (labels + rng.normal(0, 0.02, len(labels))).tolist()
    if kind == "nearly":
        wrong = rng.choice(len(labels), max(1, len(labels) // 400), replace=False)
        copy = labels.copy()
        copy[wrong] = (copy[wrong] + 1) % n_classes
        return copy.tolist()
    # many codes for each class, in no order
    codes = rng.permutation(10 * n_classes)
    return codes[10 * labels + rng.integers(0, 10, len(labels))].tolist()


@pytest.mark.parametrize("kind", ["code", "word", "noisy copy", "nearly", "codes"])
@pytest.mark.parametrize(("n_rows", "n_classes"), [(600, 2), (600, 3), (2_000, 8)])
def test_a_leak_is_named_and_can_be_left_out(tables: Any, kind: str, n_rows: int, n_classes: int) -> None:
    """The warning names the column; the offer reads the table without it, and then nothing is said."""
    rng = np.random.default_rng(n_rows + n_classes)
    labels = rng.permutation(np.arange(n_rows) % n_classes)
    features = rng.normal(size=(n_rows, 3))
    samples = load(tables, features, labels, _leak(kind, labels, rng))
    [warning] = alarms(samples)
    assert warning.startswith("Column 'leak' alone")
    [offer] = [offer for offer in samples.offers if "ignored_columns" in offer.changes]
    assert offer.changes == {"ignored_columns": ("leak",)}
    without = load(tables, features, labels, _leak(kind, labels, rng), **offer.changes)
    assert alarms(without) == []
    assert without.columns is not None
    assert without.columns.features == ("f0 a", "f1 a", "f2 a")
    assert without.columns.ignored["leak"] == "is left out, as asked"


@pytest.mark.parametrize("n_rows", [16, 20, 40])
def test_a_leak_of_a_small_table(tables: Any, n_rows: int) -> None:
    """Sixteen rows in two classes are enough."""
    labels = np.arange(n_rows) % 2
    features = np.random.default_rng(n_rows).normal(size=(n_rows, 3))
    assert len(alarms(load(tables, features, labels, [f"w{label}" for label in labels]))) == 1


def test_a_label_that_was_cut_out_of_numbers(tables: Any) -> None:
    """A threshold on the column is the label: rows lie densely on both sides of it."""
    rng = np.random.default_rng(0)
    score, mass = rng.beta(0.4, 0.4, 1_000), rng.normal(25, 5, 1_000)
    noise = rng.normal(size=(1_000, 2))
    assert len(alarms(load(tables, noise, (score > 0.5).astype(int), score))) == 1
    assert len(alarms(load(tables, noise, np.digitize(mass, [18.5, 25, 30]), mass))) == 1


def test_gaps_that_give_the_label(tables: Any) -> None:
    """A number that is known of one class only."""
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(200) % 2)
    known = ["" if label else round(float(rng.normal()), 3) for label in labels]
    [warning] = alarms(load(tables, rng.normal(size=(200, 2)), labels, known))
    assert "its gaps tell the classes apart" in warning


def test_several_leaks_have_an_offer_each_and_one_for_all(tables: Any) -> None:
    """Titanic's column of both kinds."""
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(100) % 2)
    features = np.column_stack([rng.normal(size=100), 5 - labels])
    samples = load(tables, features, labels, [f"w{label}" for label in labels])
    changes = [dict(offer.changes)["ignored_columns"] for offer in samples.offers]
    assert changes == [("f1 a",), ("leak",), ("f1 a", "leak")]


@pytest.mark.parametrize("kind", ["copy", "other unit", "curved", "backwards"])
def test_a_copy_of_the_numbers_to_predict(tables: Any, kind: str) -> None:
    """Any increasing or decreasing function of them."""
    rng = np.random.default_rng(0)
    target = np.round(rng.normal(20, 5, 200), 2)
    leaks = {
        "copy": target,
        "other unit": 1.8 * target + 32,
        "curved": np.exp(target / 9),
        "backwards": -target,
    }
    noise = rng.normal(size=(200, 2))
    samples = load(tables, noise, target.tolist(), leaks[kind].tolist(), target_kind="regression")
    assert len(alarms(samples)) == 1
    good = target + rng.normal(0, 0.5, 200)  # a rank correlation of 0.99
    assert alarms(load(tables, noise, target.tolist(), good.tolist(), target_kind="regression")) == []


def test_categories_of_the_numbers_to_predict(tables: Any) -> None:
    """Words for grades leak them; diabetes has no leak."""
    rng = np.random.default_rng(0)
    grades = rng.integers(0, 6, 200)
    words = [("none", "one", "two", "three", "four", "five")[grade] for grade in grades]
    kind = {"target_kind": "regression"}
    assert len(alarms(load(tables, rng.normal(size=(200, 2)), grades.tolist(), words, **kind))) == 1
    data = datasets.load_diabetes()
    assert alarms(load(tables, data.data, data.target.tolist(), **kind)) == []


def test_texts_that_say_the_class(tables: Any) -> None:
    """The name of the class in every text leaks; in some texts it does not."""
    names = ["spam", "ham"]
    said = "".join(f"{names[i % 2]} message {i};{names[i % 2]}\n" for i in range(40))
    samples = tables.load("a.csv", f"text;label\n{said}")
    [warning] = alarms(samples)
    assert "each text holds the name of its class" in warning
    some = "".join(f"{names[i % 3 % 2]} message {i};{names[i % 2]}\n" for i in range(40))
    assert alarms(tables.load("a.csv", f"text;label\n{some}")) == []


def test_a_text_that_is_the_label(tables: Any) -> None:
    """Then each text is there once, and the error says why nothing is left."""
    rows = "".join(f"{name};{name}\n" for name in ["spam", "ham"] * 20)
    with pytest.raises(SamplesError, match="no class left") as caught:
        tables.load("a.csv", f"text;label\n{rows}")
    assert "Column 'text' alone gives the label: it is the label itself." in caught.value.hint


def test_a_label_of_several(tables: Any) -> None:
    """One of several labels may be given, too."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, (100, 2))
    rows = "".join(f"{rng.normal():.3f};{7 * a};{a};{b}\n" for a, b in labels.tolist())
    samples = tables.load("a.csv", f"x;leak;a;b\n{rows}", label_columns=("a", "b"))
    assert samples.target_kind == "multilabel"
    assert len(alarms(samples)) == 1


def test_shares_against_slow_ones() -> None:
    """Values alone, and intervals, against definitions written as loops."""
    rng = np.random.default_rng(3)
    for _ in range(50):
        n = int(rng.integers(4, 14))
        codes, labels = rng.integers(0, 4, n), np.unique(rng.integers(0, 3, n), return_inverse=True)[1]
        if labels.max() == 0:
            continue
        right = 0
        for i in range(n):
            same = [labels[j] for j in range(n) if j != i and codes[j] == codes[i]]
            counts = [same.count(k) for k in range(labels.max() + 1)]
            right += (
                bool(same) and counts[labels[i]] == max(counts) and labels[i] == _majority(codes, labels, i)
            )
        assert codes_tell(codes, labels) == pytest.approx(right / n)
        numbers = rng.integers(0, 6, n).astype(float)
        assert splits_tell(numbers, labels)[0] == pytest.approx(_best_split(numbers, labels))


def _majority(codes: Any, labels: Any, row: int) -> int:
    """The largest class of a row's value, the last among equals."""
    counts = np.bincount(labels[codes == codes[row]], minlength=labels.max() + 1)
    return int(len(counts) - 1 - np.argmax(counts[::-1]))


def _best_split(numbers: Any, labels: Any) -> float:
    """The best intervals in the order of the classes' medians, by trying all borders."""
    n_classes = labels.max() + 1
    order = np.argsort([np.median(numbers[labels == k]) for k in range(n_classes)], kind="stable")
    cuts = [-np.inf, *np.unique(numbers)]
    best = 0.0
    for low in cuts:
        for high in cuts if n_classes == 3 else [low]:
            if high >= low:
                place = (numbers > low).astype(int) + (numbers > high) * (n_classes == 3)
                best = max(best, float((order[place] == labels).mean()))
    return best


def test_ranks_and_means_against_references() -> None:
    """SciPy's rank correlation; the mean of the others by a loop."""
    from scipy.stats import spearmanr  # noqa: PLC0415 - for this test alone

    rng = np.random.default_rng(5)
    one, other = rng.integers(0, 9, 40).astype(float), rng.normal(size=40)
    assert rank_correlation(one, other) == pytest.approx(spearmanr(one, other).statistic)
    assert rank_correlation(np.ones(5), np.arange(5.0)) == 0
    codes = rng.integers(0, 5, 40)
    guesses = [
        np.mean([other[j] for j in range(40) if j != i and codes[j] == codes[i]] or [other.mean()])
        for i in range(40)
    ]
    expected = 1 - ((other - guesses) ** 2).sum() / ((other - other.mean()) ** 2).sum()
    assert means_tell(codes, other) == pytest.approx(expected)


def test_what_chance_may_do() -> None:
    """Two classes of six rows are too few; of ten they are enough for eight columns, not for many."""
    assert not is_beyond_chance(np.arange(12) % 2, 1)
    assert is_beyond_chance(np.arange(20) % 2, 8)
    assert not is_beyond_chance(np.arange(20) % 2, 100)


def test_an_offer_keeps_what_was_ignored_before(tables: Any) -> None:
    """Choosing an offer does not bring other columns back."""
    labels = np.arange(60) % 2
    features = np.column_stack([np.random.default_rng(0).normal(size=60), np.arange(60) % 7, labels * 2])
    samples = load(tables, features, labels, ignored_columns=("f1 a",))
    assert [offer.changes for offer in samples.offers] == [{"ignored_columns": ("f1 a", "f2 a")}]
    rows = "\n".join(f"{a};{b};{c};{d}" for (a, b, c), d in zip(features.tolist(), labels, strict=True))
    entry = tables.entry("a.csv", f"f0 a;f1 a;f2 a;label\n{rows}\n")
    reading = replace(Reading(), **samples.offers[0].changes)
    assert load_table("a.csv", entry, reading, DEFAULT_LIMITS).columns is not None
