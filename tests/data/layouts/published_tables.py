"""Tables as they are published: well-known data sets, and how other programs write them."""

from __future__ import annotations

import json

from tests.data.layouts.layout import Asked, Layout, Read, Refused
from tests.data.layouts.made import parquet, rows_of_text, sentences, table

__all__ = ["PUBLISHED_TABLES"]

N = 12
AB, XY = {"a": 6, "b": 6}, {"x": 6, "y": 6}
SIZES = [(round(i * 0.37 % 5, 2), round(i * 1.73 % 7, 2)) for i in range(N)]
NUMBERS = [(*sizes, "xy"[i % 2]) for i, sizes in enumerate(SIZES)]
TEXTS = rows_of_text(N)


def _lines(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def _titanic() -> bytes:
    rows = [
        (
            i + 1,
            i % 2,
            1 + i % 3,
            f"Doe{i}, Mrs. Jane of {name}",
            ["male", "female"][i % 3 > 0],
            20 + i * 1.5,
            i % 4,
        )
        for i, name in enumerate(sentences(N))
    ]
    return table("PassengerId Survived Pclass Name Sex Age SibSp", rows)


def _housing() -> bytes:
    rows = [
        (f"{20 + 7 * i % 13}.5", f"{4 + 5 * i % 9 * 0.37:.2f}", 15_000 + 731 * i * i % 9_001, word)
        for i, word in enumerate(["INLAND", "NEAR BAY"] * (N // 2))
    ]
    return table("median_age rooms median_house_value ocean_proximity", rows)


def _spread(*, title: str, mark: str) -> bytes:
    rows = [mark.join(map(str, row)).replace(".", ",") for row in NUMBERS]
    return _lines(f"{title}{mark}{mark}", f"{mark}{mark}", f"Breite{mark}Tiefe{mark}Sorte", *rows)


def _classes_of_news() -> bytes:
    texts = sentences(N, 50)
    rows = [(1 + i % 2, " ".join(text.split()[:3]), text) for i, text in enumerate(texts)]
    return table("Class_Index Title Description", rows)


def _questions() -> bytes:
    one, other = sentences(N), sentences(N, 70)
    return parquet({"question": one, "answer": [i % 2 > 0 for i in range(N)], "passage": other})


def _tags(*sets: str) -> bytes:
    return table("text tags", [(text, sets[i % len(sets)]) for i, text in enumerate(sentences(N))])


PUBLISHED_TABLES = (
    Layout(
        "Titanic: names of persons are no texts",
        lambda: {"train.csv": _titanic()},
        Read("tabular", {"0": 6, "1": 6}, roles={"label": ["Survived"], "text": []}),
        place="train.csv",
    ),
    Layout(
        "California housing: a value may be meant, or the only column of words",
        lambda: {"housing.csv": _housing()},
        Asked(
            "may hold the label",
            [
                {"label_columns": ("ocean_proximity",)},
                {"label_columns": ("median_house_value",), "target_kind": "regression"},
            ],
        ),
        place="housing.csv",
    ),
    Layout(
        "Abalone: a word in the first column, a number in the last one",
        lambda: {
            "abalone.data": _lines(
                *(f"{'MF'[i % 2]},{a},{b},{5 + i * i % 23}" for i, (a, b) in enumerate(SIZES))
            )
        },
        Asked(
            "may hold the label",
            [{"label_columns": ("column 4",), "target_kind": "regression"}, {"label_columns": ("column 1",)}],
        ),
        place="abalone.data",
    ),
    Layout(
        "Iris as UCI has it",
        lambda: {"iris.data": _lines(*(",".join(map(str, row)) for row in NUMBERS), "")},
        Read("tabular", XY, says=("is a row of data",)),
        place="iris.data",
    ),
    Layout(
        "R's write.table: the names of rows have no name",
        lambda: {
            "t.csv": _lines("w,h,label", *(f"{i + 1},{a},{b},{c}" for i, (a, b, c) in enumerate(NUMBERS)))
        },
        Read("tabular", XY, roles={"features": ["w", "h"]}, says=("it names the rows",)),
        place="t.csv",
    ),
    Layout(
        "SAS: a point where a number or a label is missing",
        lambda: {
            "t.csv": table(
                "w h label",
                [*((*row[:2], "ab"[i % 2]) for i, row in enumerate(NUMBERS)), (1.5, ".", "."), (2.5, 1, ".")],
            )
        },
        Read("tabular", AB, left_out={"t.csv:14": "no label: '.'"}, offers=({"unlabelled": "class"},)),
        place="t.csv",
    ),
    Layout(
        "SNLI: a dash where annotators disagree",
        lambda: {
            "t.csv": table(
                "premise hypothesis label",
                [
                    (a, b, ["a", "b", "-"][i % 3])
                    for i, (a, b) in enumerate(zip(sentences(N), sentences(N, 80), strict=True))
                ],
            )
        },
        Read("text", {"a": 4, "b": 4}, offers=({"unlabelled": "class"},)),
        place="t.csv",
    ),
    Layout(
        "a spreadsheet's titles, filled up with empty cells",
        lambda: {"t.csv": _spread(title="Messreihe 12", mark=";")},
        Read(
            "tabular",
            XY,
            roles={"features": ["Breite", "Tiefe"]},
            says=("the first 2 rows", "decimal commas"),
        ),
        place="t.csv",
    ),
    Layout(
        "a row of totals and a column with a unit",
        lambda: {
            "t.csv": table("w h label", [*((a, f"{b} kg", c) for a, b, c in NUMBERS), ("Total", "99 kg", "")])
        },
        Read(
            "tabular",
            XY,
            says=("'w' ('Total' counts as a gap), 'h' (in kg)",),
            left_out={"t.csv:14": "no label"},
        ),
        place="t.csv",
    ),
    Layout(
        "brackets for negative numbers, and a currency",
        lambda: {
            "t.csv": table(
                "profit price label",
                [(f"({a + 0.5})" if i % 3 else a, f"{b} EUR", c) for i, (a, b, c) in enumerate(NUMBERS)],
            )
        },
        Read(
            "tabular",
            XY,
            roles={"features": ["profit", "price"]},
            says=("brackets or a minus", "the sign EUR"),
        ),
        place="t.csv",
    ),
    Layout(
        "AG News: a class index is a label",
        lambda: {"train.csv": _classes_of_news()},
        Read("text", {"1": 6, "2": 6}, roles={"label": ["Class_Index"], "text": ["Description"]}),
        place="train.csv",
    ),
    Layout(
        "emotions: texts and classes between semicolons",
        lambda: {
            f"{part}.txt": _lines(*(f"{t};{c}" for t, c in rows_of_text(N, 90 * k)))
            for k, part in enumerate(("train", "test"))
        },
        Read("text", AB, parts={"train": N, "test": N}),
    ),
    Layout(
        "SMS spam: cells that stand in few rows are no texts",
        lambda: {
            "spam.csv": table(
                "v1 v2 extra", [(c, t, f"{t} and so on" if i == 3 else "") for i, (t, c) in enumerate(TEXTS)]
            )
        },
        Read("text", AB, roles={"text": ["v2"], "label": ["v1"]}),
        place="spam.csv",
    ),
    Layout(
        "BoolQ: an answer of yes or no is no text",
        lambda: {"t.parquet": _questions()},
        Read("text", {"false": 6, "true": 6}, roles={"text": ["question", "passage"], "label": ["answer"]}),
        place="t.parquet",
    ),
    Layout(
        "Stack Overflow: tags in angles",
        lambda: {"t.csv": _tags("<c>", "<java>", "<c><java>")},
        Read("text", {"c": 8, "java": 8}, "multilabel"),
        place="t.csv",
    ),
    Layout(
        "doccano's table: labels joined by #",
        lambda: {"t.csv": _tags("a", "b", "a#b")},
        Read("text", {"a": 8, "b": 8}, "multilabel", says=("joined by '#'",)),
        place="t.csv",
    ),
    Layout(
        "names of genres that hold a slash",
        lambda: {"t.csv": _tags("R&B/Soul", "Pop", "Hip-Hop/Rap")},
        Read("text", {"Hip-Hop/Rap": 4, "Pop": 4, "R&B/Soul": 4}),
        place="t.csv",
    ),
    Layout(
        "TMDB: genres as objects with names",
        lambda: {
            "t.csv": _tags(
                json.dumps([{"id": 1, "name": "Drama"}]),
                json.dumps([{"id": 2, "name": "War"}]),
                json.dumps([{"id": 1, "name": "Drama"}, {"id": 2, "name": "War"}]),
            )
        },
        Read("text", {"Drama": 8, "War": 8}, "multilabel"),
        place="t.csv",
    ),
    Layout(
        "lists of one label each",
        lambda: {"t.parquet": parquet({"text": [t for t, _ in TEXTS], "label": [[c] for _, c in TEXTS]})},
        Read("text", AB),
        place="t.parquet",
    ),
    Layout(
        "lists of numbers are no texts",
        lambda: {
            "t.parquet": parquet(
                {"spans": [[1.5] * (1 + i % 3) + [i] for i in range(N)], "label": [c for _, c in TEXTS]}
            )
        },
        Refused("holds lists of numbers"),
        place="t.parquet",
    ),
    Layout(
        "fastText with the labels at the end",
        lambda: {"t.txt": _lines(*(f"{t} __label__{c}" for t, c in TEXTS))},
        Read("text", AB),
        place="t.txt",
    ),
    Layout(
        "words with tags that are punctuation",
        lambda: {
            "t.conll": _lines(
                *(f"{w} {tag}\n. ." for w, tag in zip("abcdefgh", ["NN", "VB"] * 4, strict=True))
            )
        },
        Read("text", {".": 8, "NN": 4, "VB": 4}),
        place="t.conll",
    ),
    Layout(
        "a comma in every text, without quotation marks",
        lambda: {"t.csv": _lines("text,score", *(f"{t}, {t},{i * 0.3}" for i, (t, _) in enumerate(TEXTS)))},
        Refused("3 cells for 2 columns"),
        place="t.csv",
    ),
    Layout(
        "UCR: numbers between tabs in .txt",
        lambda: {"t.txt": _lines(*(f"{i % 2 + 1}\t{a}\t{b}" for i, (a, b) in enumerate(SIZES)))},
        Asked("may hold the label", [{"label_columns": ("column 3",)}, {"label_columns": ("column 1",)}]),
        place="t.txt",
    ),
    Layout(
        "libsvm",
        lambda: {"t.txt": _lines(*(f"{i % 2} 1:{a} 2:{b}" for i, (a, b) in enumerate(SIZES)))},
        Refused("as libsvm does"),
        place="t.txt",
    ),
    Layout(
        "files put one after the other, each with its mark and header",
        lambda: {"t.csv": b"".join(b"\xef\xbb\xbf" + table("text label", TEXTS[k : k + 6]) for k in (0, 6))},
        Read("text", AB, left_out={"t.csv:8": "names the columns once more"}),
        place="t.csv",
    ),
    Layout(
        "lines of which some end in a carriage return",
        lambda: {
            "t.csv": b"".join(
                line + [b"\r\n", b"\n", b"\r"][i % 3]
                for i, line in enumerate(table("text label", TEXTS).splitlines())
            )
        },
        Read("text", AB),
        place="t.csv",
    ),
    Layout(
        "JSON that is called .csv",
        lambda: {"t.csv": json.dumps([{"text": t, "label": c} for t, c in TEXTS]).encode()},
        Read("text", AB),
        place="t.csv",
    ),
    Layout(
        "Zoo: rows of zeros and ones recur",
        lambda: {"t.csv": table("hair eggs class_type", [(i % 2, i % 3, 1 + i % 2) for i in range(N)])},
        Read("tabular", {"1": 6, "2": 6}, says=("with values so few they are kept",)),
        place="t.csv",
    ),
    Layout(
        "support tickets: a language is one property of several",
        lambda: {
            "t.csv": table(
                "body queue language",
                [(t, ["IT", "HR"][i // 2 % 2], ["de", "en"][i % 2]) for i, (t, _) in enumerate(TEXTS)],
            )
        },
        Asked("may hold the label", [{"label_columns": ("queue",)}, {"label_columns": ("language",)}]),
        place="t.csv",
    ),
)
