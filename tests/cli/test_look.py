"""The look command: the list, its table of decisions, and the run that reads it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.cli import main
from tests.ready_made import LABELS, save_table

FLIPPED = (7, 22, 41)


@pytest.fixture
def table(home: Path, tmp_path: Path) -> Path:
    """A ranked table of numbers in three classes, three of whose labels are wrong."""
    del home
    labels = LABELS.copy()
    labels[list(FLIPPED)] = (labels[list(FLIPPED)] + 1) % 3
    path = save_table(tmp_path / "numbers.csv", strength=6.0, labels=np.array(["ant", "bee", "cat"])[labels])
    assert main(rank_words(path)) == 0
    return path


def rank_words(path: Path, *more: str) -> list[str]:
    """The words of a quick run on a table."""
    words = ["rank", "--task", "tabular-classification", "--samples", str(path), "--metrics", "logme"]
    return [*words, "--intervals", "0", "--no-references", "--no-sample-sizes", "--no-projections", *more]


def test_the_list_is_edited_and_ranked_again(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong labels come first; the table that is written is what rank reads, once it is edited."""
    capsys.readouterr()
    decisions = tmp_path / "d.csv"
    assert main(["look", "latest", "--top", "3", "--out", str(decisions), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["tables"]["look"]["rows"]
    assert {row["file"] for row in rows} == {f"numbers.csv:{row + 2}" for row in FLIPPED}
    edited = list(csv.DictReader(decisions.read_text(encoding="utf-8").splitlines()))
    assert [row["decision"] for row in edited] == ["keep"] * 3
    edited[0] |= {"decision": "relabel", "new_label": rows[0]["suggestion"]}
    edited[1] |= {"decision": "leave out"}
    with decisions.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(edited[0]))
        writer.writeheader()
        writer.writerows(edited)
    report = tmp_path / "report"
    words = rank_words(table, "--corrections", str(decisions), "--report", str(report))
    assert main(words) == 0
    assert "1 label was changed and 1 sample was left out" in capsys.readouterr().err
    page = (report / "report.html").read_text(encoding="utf-8")
    assert '<a href="#look">Samples worth a look</a>' in page
    assert "The only probe does not take it for" in page
    assert main(["look", "latest"]) == 0
    said = capsys.readouterr().out
    assert rows[2]["file"] in said
    assert rows[0]["file"] not in said


def test_what_cannot_be_looked_at_is_told(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Samples that have changed, a number that is none, a folder that is not there."""
    assert main(["look", "latest", "--top", "0"]) == 2
    assert "--top is 0; expected 1 or more." in capsys.readouterr().err
    assert main(["look", "latest", "--out", str(tmp_path / "numbers.csv" / "d.csv")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    table.write_text(table.read_text(encoding="utf-8").replace("bee", "cat", 1), encoding="utf-8")
    assert main(["look", "latest"]) != 0
    assert "have changed since this run" in capsys.readouterr().err
    assert main(rank_words(table, "--corrections", str(tmp_path))) == 2
    assert "cannot be read" in capsys.readouterr().err
