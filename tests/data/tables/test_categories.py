"""Categories and gaps become numbers: Titanic and Penguins work whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ptmrank_core.data.tables.columns import features
from ptmrank_core.errors import SamplesError

N = 120


def titanic(seed: int) -> dict[str, list[Any]]:
    """A table like that of the passengers: names, tickets, gaps, categories, codes."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["male", "female"], N)
    return {
        "PassengerId": list(range(1, N + 1)),
        "Survived": [int(rng.random() < (0.7 if one == "female" else 0.2)) for one in sex],
        "Pclass": rng.integers(1, 4, N).tolist(),
        "Name": [f"Family{i}, Mr. A." for i in range(N)],
        "Sex": sex.tolist(),
        "Age": ["" if rng.random() < 0.2 else round(float(rng.normal(30, 9)), 1) for _ in range(N)],
        "Ticket": [f"A/5 {rng.integers(10**6)}" for _ in range(N)],
        "Fare": np.round(rng.gamma(2, 15, N), 4).tolist(),
        "Cabin": ["" if rng.random() < 0.8 else f"C{rng.integers(99)}" for _ in range(N)],
        "Embarked": ["" if rng.random() < 0.1 else str(rng.choice(list("SCQ"))) for _ in range(N)],
        "Alone": rng.choice(["True", "False"], N).tolist(),
        "Boarded": [f"1912-04-{1 + i % 9:02d}" for i in range(N)],
        "Ship": ["Titanic"] * N,
        "Decks": [9] * N,
    }


def write(columns: dict[str, list[Any]]) -> str:
    """The table as text."""
    rows = zip(*columns.values(), strict=True)
    return "\n".join(";".join(map(str, row)) for row in [tuple(columns), *rows]) + "\n"


def test_the_passengers_work_whole(tables: Any) -> None:
    """No row is lost; each column is a feature, the label, or ignored for a reason."""
    samples = tables.load("a.csv", write(titanic(0)))
    assert samples.n_samples == N
    assert samples.columns.label == ("Survived",)
    assert samples.columns.features == ("Pclass", "Sex", "Age", "Fare", "Embarked", "Alone")
    reasons = samples.columns.ignored
    assert reasons["PassengerId"].startswith("names each row")
    assert reasons["Name"].startswith(f"holds {N} different words")
    assert reasons["Boarded"] == "holds dates or times, which are not used"
    assert reasons["Ship"] == "holds one word only"
    assert reasons["Decks"] == "is constant"
    assert {"Ticket", "Cabin"} < {*reasons}
    # Pclass, Sex=male, Age and its mark, Fare, three ports and a mark, Alone=True
    assert samples.items[0].size == 1 + 1 + 2 + 1 + 4 + 1
    notes = " ".join(samples.notes)
    assert "'Sex' (1), 'Embarked' (3), 'Alone' (1)" in notes
    assert "Gaps were filled" in notes


def test_the_numbers_are_those_of_the_cells(tables: Any) -> None:
    """Codes, numbers, one-hot columns, the median or the most frequent word, and marks of gaps."""
    columns = titanic(1)
    rows = np.stack([item.decode() for item in tables.load("a.csv", write(columns)).items])
    ages = np.array([np.nan if age == "" else age for age in columns["Age"]], dtype=float)
    ports = np.array(columns["Embarked"])
    most = max(["S", "Q", "C"], key=lambda port: int((ports == port).sum()))
    filled = np.where(ports == "", most, ports)
    expected = [
        np.array(columns["Pclass"]),
        np.array(columns["Sex"]) == "male",
        np.where(np.isnan(ages), np.nanmedian(ages), ages),
        np.isnan(ages),
        np.array(columns["Fare"]),
        *(filled == port for port in "CQS"),
        ports == "",
        np.array(columns["Alone"]) == "True",
    ]
    np.testing.assert_array_equal(rows, np.stack(expected, axis=1))


def test_labels_have_no_part_in_filling(tables: Any) -> None:
    """Other labels give the same rows."""
    columns = titanic(2)
    one = tables.load("a.csv", write(columns))
    other = tables.load("a.csv", write({**columns, "Survived": columns["Survived"][::-1]}))
    assert one.digests == other.digests


def test_a_digest_is_that_of_the_resulting_numbers(tables: Any) -> None:
    """The name of a column counts, and so does what fills its gaps."""
    columns = titanic(3)
    first = {**tables.load("a.csv", write(columns)).columns.ignored}
    whole = tables.load("a.csv", write(columns)).digests
    renamed = tables.load("a.csv", write({("Price" if k == "Fare" else k): v for k, v in columns.items()}))
    assert not {*renamed.digests} & {*whole}
    row = next(i for i, age in enumerate(columns["Age"]) if age == "")
    older = [age if age == "" else age + 1 for age in columns["Age"]]
    assert tables.load("a.csv", write({**columns, "Age": older})).digests[row] != whole[row]
    assert "Age" not in first


@pytest.mark.parametrize("seed", range(3))
def test_as_they_stand(tables: Any, seed: int) -> None:
    """Words are left out as columns and gaps as rows, as before."""
    columns = titanic(seed)
    samples = tables.load("a.csv", write(columns), columns_as_is=True)
    assert samples.columns.features == ("Pclass", "Age", "Fare", "Decks")
    n_gaps = sum(age == "" for age in columns["Age"])
    assert samples.n_samples == N - n_gaps
    assert {item.reason for item in samples.left_out} == {"no number in column 'Age'"}


def test_a_flag_is_there_or_not(tables: Any) -> None:
    """One word and gaps are two values of a column."""
    rows = "".join(f"{i * 1.5};{'x' if i % 3 else ''};{'uv'[i % 2]}\n" for i in range(12))
    samples = tables.load("a.csv", f"a;flag;label\n{rows}")
    assert [item.decode()[1] for item in samples.items] == [float(i % 3 > 0) for i in range(12)]


def test_an_empty_row_is_left_out(tables: Any) -> None:
    """Filling every cell would make a sample of nothing."""
    rows = "".join(f"{i * 1.5};{'xy'[i % 2]};{'uv'[i % 2]}\n" for i in range(12))
    samples = tables.load("a.csv", f"a;b;label\n{rows};;u\n")
    assert [item.reason for item in samples.left_out] == ["no feature: every cell is missing"]


def test_what_would_be_too_wide_is_not_used(tables: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers that categories add are bounded, and the column beyond is named with the reason."""
    monkeypatch.setattr(features, "MAX_ADDED", 700)
    rows = "".join(f"{i * 0.5};a{i % 5};b{i % 7};c{i % 2};{'uv'[i % 2]}\n" for i in range(100))
    samples = tables.load("a.csv", f"x;one;two;three;label\n{rows}")
    assert samples.columns.features == ("x", "one", "three")
    assert samples.columns.ignored["two"].startswith("would add 700 numbers")


def test_nothing_but_useless_columns(tables: Any) -> None:
    """The error says why each column is not used."""
    rows = "".join(f"{i};7;{'uv'[i % 2]}\n" for i in range(12))
    with pytest.raises(SamplesError, match="'id' names each row: no value recurs; 'a' is constant"):
        tables.load("a.csv", f"id;a;label\n{rows}")


def test_a_table_of_categories_alone(tables: Any) -> None:
    """Mushrooms: no column of numbers, none of texts, and a label that is called so; equal rows are kept."""
    rng = np.random.default_rng(0)
    draws = [[rng.choice(list(letters)) for letters in ("ep", "bcx", "nyw")] for _ in range(60)]
    rows = "".join(f"{';'.join(draw)}\n" for draw in draws)
    samples = tables.load("a.csv", f"class;cap-shape;cap-color\n{rows}")
    assert (samples.modality, samples.columns.features) == ("tabular", ("cap-shape", "cap-color"))
    assert samples.n_samples == 60
    assert samples.notes[-1].startswith("60 rows have the features of another row, ")
    assert samples.notes[-1].endswith("with values so few they are kept.")


def test_a_response_may_be_a_category(tables: Any) -> None:
    """Names that texts have too are no reason to take a category for a text."""
    rows = "".join(f"{i * 0.37 % 1};{('yes', 'no')[i % 3 % 2]};{'uv'[i % 2]}\n" for i in range(30))
    samples = tables.load("a.csv", f"a;response;label\n{rows}")
    assert (samples.modality, samples.columns.features) == ("tabular", ("a", "response"))


def test_words_that_may_be_a_text_are_no_features(tables: Any) -> None:
    """Beside a category columns of different words are asked about, not dropped."""
    letters = "abcdefghijkl"
    rows = "".join(f"name{a};place{a};{'uv'[i % 2]};{'pn'[i // 6]}\n" for i, a in enumerate(letters))
    with pytest.raises(SamplesError, match="recognised as the text"):
        tables.load("a.csv", f"one;two;three;label\n{rows}")
