"""Exports of annotation tools are read as what was annotated, or refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ptmrank_core.data import load_samples
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import Samples

WORDS = [
    "amber",
    "basin",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haven",
    "inlet",
    "knoll",
    "lagoon",
    "meadow",
]
TEXTS = [
    f"{first} {second} by the {third}"
    for first, second, third in zip(WORDS, WORDS[3:] + WORDS, WORDS[5:] + WORDS, strict=False)
]
LABELS = ["calm", "wild"] * 6


def written(folder: Path, name: str, value: Any) -> Path:
    """Write JSON, or lines of JSON where the name ends in l."""
    path = folder / name
    lines = "\n".join(map(json.dumps, value)) if name.endswith("l") else json.dumps(value)
    path.write_text(lines, encoding="utf-8")
    return path


def counts(samples: Samples) -> dict[str, int]:
    """Classes with their counts."""
    return dict(samples.summary().class_counts)


def task(text: str, *choices: list[str], question: str = "mood") -> dict[str, Any]:
    """A task of Label Studio with one annotation for each list of choices."""
    results = [
        [{"type": "choices", "value": {"choices": own}, "from_name": question, "to_name": "text"}]
        for own in choices
    ]
    return {"id": 1, "data": {"text": text}, "annotations": [{"result": result} for result in results]}


def test_tasks_of_label_studio_are_classes(tmp_path: Path) -> None:
    """The choice of the annotators is the class; a task that nobody annotated is left out."""
    tasks = [task(text, [label]) for text, label in zip(TEXTS, LABELS, strict=True)] + [
        task("never seen before")
    ]
    samples = load_samples(written(tmp_path, "export.json", tasks))
    assert counts(samples) == {"calm": 6, "wild": 6}
    assert samples.target_kind == "classification"
    assert [one.reason for one in samples.left_out] == ["not annotated"]
    assert any("Label Studio" in note for note in samples.notes)


def test_annotators_have_to_agree(tmp_path: Path) -> None:
    """The majority counts; without one the task is left out, and its reason names what was said."""
    tasks = [task(text, [label]) for text, label in zip(TEXTS, LABELS, strict=True)]
    tasks += [
        task("two against one", ["calm"], ["wild"], ["calm"]),
        task("one against one", ["calm"], ["wild"]),
    ]
    samples = load_samples(written(tmp_path, "export.json", tasks))
    assert counts(samples) == {"calm": 7, "wild": 6}
    assert [one.reason for one in samples.left_out] == ["annotators disagree: 'calm', 'wild'"]


def test_several_choices_are_several_labels(tmp_path: Path) -> None:
    """One task with two choices makes all of them lists."""
    tasks = [task(text, [label]) for text, label in zip(TEXTS, LABELS, strict=True)]
    tasks += [task("both at once", ["calm", "wild"]), task("both once more", ["wild", "calm"])]
    samples = load_samples(written(tmp_path, "export.json", tasks))
    assert samples.target_kind == "multilabel"
    assert counts(samples) == {"calm": 8, "wild": 8}


@pytest.mark.parametrize("ending", ["json", "csv"])
def test_the_short_exports_of_label_studio(tmp_path: Path, ending: str) -> None:
    """What is said of the annotators' work is no column; several choices are an object in the cell."""
    rows = [
        {
            "text": text,
            "id": i,
            "mood": label
            if i
            else json.dumps({"choices": ["calm", "wild"]})
            if ending == "csv"
            else {"choices": ["calm", "wild"]},
            "annotator": 1,
            "annotation_id": i,
            "created_at": "2026-01-01",
            "updated_at": "2026-01-01",
            "lead_time": 1.5,
        }
        for i, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True))
    ]
    path = tmp_path / f"export.{ending}"
    if ending == "json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    else:
        lines = [",".join('"' + str(cell).replace('"', '""') + '"' for cell in row.values()) for row in rows]
        path.write_text("\n".join([",".join(rows[0]), *lines]), encoding="utf-8")
    samples = load_samples(path)
    assert samples.target_kind == "multilabel"
    assert counts(samples) == {"calm": 6, "wild": 7}
    assert "annotator" not in " ".join(samples.notes)


def test_spans_are_refused_by_name(tmp_path: Path) -> None:
    """Entities are no labels of whole texts, whoever exported them."""
    span = {
        "type": "labels",
        "value": {"start": 0, "end": 3, "text": "amb", "labels": ["Stone"]},
        "from_name": "label",
    }
    studio = [{"data": {"text": text}, "annotations": [{"result": [span]}]} for text in TEXTS]
    doccano = [{"id": 1, "text": text, "label": [[0, 5, "Stone"]]} for text in TEXTS]
    prodigy = [
        {"text": text, "spans": [{"start": 0, "end": 5}], "answer": "accept", "_task_hash": 1}
        for text in TEXTS
    ]
    for tool, name, rows in (
        ("Label Studio", "a.json", studio),
        ("doccano", "b.jsonl", doccano),
        ("Prodigy", "c.jsonl", prodigy),
    ):
        with pytest.raises(SamplesError, match=rf"{tool} that holds spans of text"):
            load_samples(written(tmp_path, name, rows))


def test_doccano_has_a_list_for_each_text(tmp_path: Path) -> None:
    """Lists of one label each are classes; a text without a label is left out."""
    rows = [{"id": i, "text": text, "label": [LABELS[i]], "Comments": []} for i, text in enumerate(TEXTS)]
    samples = load_samples(
        written(tmp_path, "all.jsonl", [*rows, {"id": 99, "text": "nothing said", "label": []}])
    )
    assert counts(samples) == {"calm": 6, "wild": 6}
    assert [one.reason for one in samples.left_out] == ["not annotated"]
    rows[0]["label"] = ["calm", "wild"]
    assert load_samples(written(tmp_path, "all.jsonl", rows)).target_kind == "multilabel"


def test_prodigy_leaves_rejected_tasks_out(tmp_path: Path) -> None:
    """Of several labels only the accepted ones count."""
    rows = [
        {"text": text, "label": LABELS[i], "answer": "accept", "_input_hash": i, "_task_hash": i}
        for i, text in enumerate(TEXTS)
    ]
    rows += [
        {"text": "rejected text", "label": "calm", "answer": "reject", "_input_hash": 3, "_task_hash": 3}
    ]
    samples = load_samples(written(tmp_path, "tasks.jsonl", rows))
    assert counts(samples) == {"calm": 6, "wild": 6}
    assert [one.reason for one in samples.left_out] == ["the answer was 'reject'"]


def test_prodigy_with_one_label_has_two_classes(tmp_path: Path) -> None:
    """Where a single label is accepted or rejected, the rejected texts are the other class."""
    rows = [
        {
            "text": text,
            "label": "calm",
            "answer": "accept" if LABELS[i] == "calm" else "reject",
            "_task_hash": i,
        }
        for i, text in enumerate(TEXTS)
    ]
    assert counts(load_samples(written(tmp_path, "tasks.jsonl", rows))) == {"calm": 6, "not calm": 6}
    rows = [
        {"text": text, "options": [{"id": "calm"}, {"id": "wild"}], "accept": [LABELS[i]], "answer": "accept"}
        for i, text in enumerate(TEXTS)
    ]
    assert counts(load_samples(written(tmp_path, "choices.jsonl", rows))) == {"calm": 6, "wild": 6}


def coco(folder: Path, categories_of: list[list[int]]) -> Path:
    """Write pictures with COCO's annotations beside them."""
    for i in range(len(categories_of)):
        Image.new("RGB", (8, 8), (20 * i, 3 * i, 90)).save(folder / f"{i}.png")
    value = {
        "images": [{"id": 7 * i, "file_name": f"{i}.png"} for i in range(len(categories_of))],
        "annotations": [
            {"image_id": 7 * i, "category_id": one, "bbox": [0, 0, 4, 4]}
            for i, own in enumerate(categories_of)
            for one in own
        ],
        "categories": [{"id": 1, "name": "boat"}, {"id": 2, "name": "bird"}],
    }
    written(folder, "instances.json", value)
    return folder


def test_coco_with_one_category_a_picture_has_classes(tmp_path: Path) -> None:
    """Two boats in one picture are still the class boat; a picture without annotations is left out."""
    samples = load_samples(coco(tmp_path, [[1, 1], [2], [1], [2], [1], [2], []]))
    assert (samples.modality, samples.target_kind) == ("image", "classification")
    assert counts(samples) == {"bird": 3, "boat": 3}
    assert len(samples.left_out) == 2  # the annotation says so, and the file


def test_coco_with_several_categories_has_several_labels(tmp_path: Path) -> None:
    """A picture without annotations has none of the labels."""
    samples = load_samples(coco(tmp_path, [[1, 2], [2], [1], [2], [1], []]))
    assert (samples.target_kind, samples.n_samples) == ("multilabel", 6)
    assert counts(samples) == {"bird": 3, "boat": 3}


def test_captions_of_coco_are_refused(tmp_path: Path) -> None:
    """Annotations without a category label nothing."""
    value = {
        "images": [{"id": 1, "file_name": "1.png"}],
        "annotations": [{"image_id": 1, "caption": "a boat"}],
    }
    with pytest.raises(SamplesError, match="laid out as COCO, and its annotations name no category"):
        load_samples(written(tmp_path, "captions.json", value))


def test_squad_is_refused_by_name(tmp_path: Path) -> None:
    """Passages that answer questions are no labels."""
    value = {"version": "2.0", "data": [{"title": "x", "paragraphs": [{"context": "y", "qas": []}]}]}
    with pytest.raises(SamplesError, match="laid out as SQuAD"):
        load_samples(written(tmp_path, "train.json", value))


@pytest.mark.parametrize("joint", [" ", "\t"])
def test_fasttext_has_labels_before_each_text(tmp_path: Path, joint: str) -> None:
    """Texts of one length, too, which could be words with tags; two labels make them lists."""
    lines = [f"__label__{label}{joint}{text}" for label, text in zip(LABELS, TEXTS, strict=True)]
    path = tmp_path / "train.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    samples = load_samples(path)
    assert counts(samples) == {"calm": 6, "wild": 6}
    assert samples.items[0].decode() == TEXTS[0]
    path.write_text("\n".join([*lines, "__label__calm __label__wild both of them"]), encoding="utf-8")
    assert load_samples(path).target_kind == "multilabel"


def test_tags_of_words_stay_tags(tmp_path: Path) -> None:
    """Words with tags are not taken for texts between tabs."""
    lines = ["Ada\tPER", "sang\tO", "", "Bo\tPER", "ran\tO", "", "Cy\tPER", "sat\tO"]
    (tmp_path / "tags.txt").write_text("\n".join(lines), encoding="utf-8")
    samples = load_samples(tmp_path / "tags.txt")
    assert counts(samples) == {"O": 3, "PER": 3}


ROWS = [{"text": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)]


@pytest.mark.parametrize(
    ("value", "n_samples"),
    [
        ({"train": ROWS[:8], "test": ROWS[8:]}, 8),
        ({"data": ROWS, "version": 1}, 12),
        (
            {
                "features": [{"name": "text"}],
                "rows": [{"row_idx": i, "row": row} for i, row in enumerate(ROWS)],
            },
            12,
        ),
        (
            {
                "columns": ["text", "label"],
                "index": list(range(12)),
                "data": [list(row.values()) for row in ROWS],
            },
            12,
        ),
        ({"text": TEXTS, "label": LABELS}, 12),
        ({name: {str(i): row[name] for i, row in enumerate(ROWS)} for name in ("text", "label")}, 12),
    ],
    ids=["parts", "one key", "rows", "split", "lists", "columns"],
)
def test_one_object_may_hold_the_rows(tmp_path: Path, value: Any, n_samples: int) -> None:
    """Rows under a key, in parts, or as columns are the same table; a note says where they were found."""
    samples = load_samples(written(tmp_path, "rows.json", value))
    assert samples.n_samples in {n_samples, 12}
    assert set(counts(samples)) == {"calm", "wild"}
    assert any("rows of rows.json are read from" in note for note in samples.notes)
