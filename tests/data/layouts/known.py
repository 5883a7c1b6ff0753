"""Layouts of well-known data sets and competitions: tables beside files."""

from __future__ import annotations

from ptmrank_core.records import Reading
from tests.data.layouts.layout import Asked, Layout, Read, Refused
from tests.data.layouts.made import beside, clips, pictures, table, under

__all__ = ["KNOWN"]

FILES = [f"{i}.png" for i in range(6)]


def _kaggle(*, suffix: str = "") -> dict[str, bytes]:
    """A competition: ids, a folder of each part, and tables without labels."""
    files = pictures(f"train_images/{name}" for name in FILES) | pictures(
        f"test_images/{name}" for name in FILES
    )
    files["train.csv"] = table("id_code diagnosis", [(f"{i}{suffix}", i % 2) for i in range(6)])
    files["test.csv"] = table("id_code", [(f"{i}{suffix}",) for i in range(6)])
    files["sample_submission.csv"] = table("id_code diagnosis", [(f"{i}{suffix}", 0) for i in range(6)])
    return files


def _urban() -> dict[str, bytes]:
    names = [f"100{i}-{i % 2}-0-0.wav" for i in range(8)]
    files = clips(f"audio/fold{1 + i // 4}/{name}" for i, name in enumerate(names))
    rows = [(name, f"100{i}", 1 + i // 4, i % 2, ["horn", "dog_bark"][i % 2]) for i, name in enumerate(names)]
    return {**files, "metadata/UrbanSound8K.csv": table("slice_file_name fsID fold classID class", rows)}


def _esc() -> dict[str, bytes]:
    names = [f"{1 + i // 4}-{i}-A-{i % 2}.wav" for i in range(8)]
    header = "filename fold target category esc10 src_file take"
    rows = [
        (name, 1 + i // 4, i % 2, ["dog", "rain"][i % 2], "True", 100 + i, "A")
        for i, name in enumerate(names)
    ]
    return {**clips(f"audio/{name}" for name in names), "meta/esc50.csv": table(header, rows)}


def _voice(tables: tuple[str, ...] = ("validated",)) -> dict[str, bytes]:
    names = [f"{i}.wav" for i in range(8)]
    header = "client_id path sentence age gender accents"
    rows = [(f"u{i // 2}", name, f"hello {i}", ["teens", "twenties"][i // 4], ["male", "female"][i % 2], "")
            for i, name in enumerate(names)]  # fmt: skip
    own = {"train": rows[:4], "dev": rows[4:6], "test": rows[6:]}
    return clips(f"clips/{name}" for name in names) | {
        f"{one}.tsv": table(header, own.get(one, rows), "\t") for one in tables
    }


def _celeba() -> dict[str, bytes]:
    names = [f"{i:06}.png" for i in range(8)]
    signs = [(1 if i % 2 else -1, 1 if i < 4 else -1, -1 if i % 3 else 1) for i in range(8)]
    attributes = [(name, *own) for name, own in zip(names, signs, strict=True)]
    partition = [(name, i // 4) for i, name in enumerate(names)]
    return {
        **pictures(f"img_align_celeba/{name}" for name in names),
        "list_attr_celeba.csv": table("image_id Male Smiling Young", attributes),
        "list_eval_partition.csv": table("image_id partition", partition),
    }


def _gtsrb() -> dict[str, bytes]:
    train = [f"Train/{c}/{i}.png" for c in range(2) for i in range(3)]
    test = [f"Test/{i:05}.png" for i in range(4)]
    header = "Width Height ClassId Path"
    return {
        **pictures([*train, *test]),
        "Train.csv": table(header, [(8, 8, name.split("/")[1], name) for name in train]),
        "Test.csv": table(header, [(8, 8, i % 2, name) for i, name in enumerate(test)]),
        "Meta.csv": table("Path ClassId ShapeId", [("Meta/0.png", 0, 1), ("Meta/1.png", 1, 1)]),
    }


KNOWN = (
    Layout(
        "Kaggle: train.csv of ids, train_images, test.csv, a sample submission",
        _kaggle,
        Read(
            "image",
            {"0": 3, "1": 3},
            parts={"train": 6},
            roles={"file": "id_code", "label": ["diagnosis"]},
            left_out={
                "sample_submission.csv": "an example of a submission",
                "test.csv": "no label: it has no column 'diagnosis'",
                "test_images/0.png": "not in",
            },
        ),
    ),
    Layout(
        "Kaggle: trainLabels.csv of numbers, in train and test alike",
        lambda: {
            **pictures(f"{part}/{i:04}.png" for part in ("train", "test") for i in range(6)),
            "trainLabels.csv": table("id label", [(i, "ab"[i % 2]) for i in range(6)]),
        },
        Read(
            "image", {"a": 3, "b": 3}, parts={"train": 6}, left_out={"test/0000.png": "not in the manifest"}
        ),
    ),
    Layout(
        "Kaggle with suffixes",
        lambda: _kaggle(suffix=".png"),
        Read("image", {"0": 3, "1": 3}, parts={"train": 6}),
    ),
    Layout(
        "Kaggle: a column of zeros and ones for each label",
        lambda: beside(
            table("image_id rust scab", [(i, i % 2, int(i < 3)) for i in range(6)]),
            "train.csv",
            pictures(f"images/{name}" for name in FILES),
        ),
        Read("image", {"rust": 3, "scab": 3}, "multilabel", parts={"train": 6}),
    ),
    Layout(
        "Common Voice",
        _voice,
        Asked("may hold the label", [{"label_columns": (c,)} for c in ("age", "gender", "client_id")]),
    ),
    Layout(
        "Common Voice, the gender asked for",
        _voice,
        Read("audio", {"female": 4, "male": 4}, n_groups=4, roles={"file": "path", "group": "client_id"}),
        Reading(label_columns=("gender",)),
    ),
    Layout(
        "Common Voice with its parts, the gender asked for",
        lambda: _voice(("train", "dev", "test", "validated")),
        Read(
            "audio",
            {"female": 3, "male": 3},
            parts={"train": 4, "validation": 2, "test": 2},
            n_groups=3,
            left_out={"validated.tsv": "beside the tables of the parts"},
        ),
        Reading(label_columns=("gender",)),
    ),
    Layout(
        "ESC-50",
        _esc,
        Read(
            "audio",
            {"dog": 4, "rain": 4},
            parts={"fold1": 4, "fold2": 4},
            roles={"file": "filename", "label": ["category"]},
            says=("The classes are named by 'category'; 'target' holds the same ones",),
        ),
    ),
    Layout(
        "UrbanSound8K",
        _urban,
        Read(
            "audio",
            {"dog_bark": 4, "horn": 4},
            parts={"fold1": 4, "fold2": 4},
            roles={"file": "slice_file_name", "label": ["class"]},
        ),
    ),
    Layout(
        "UrbanSound8K, one fold",
        _urban,
        Read("audio", {"dog_bark": 2, "horn": 2}, parts={"fold1": 4, "fold2": 4}),
        Reading(parts=("fold1",)),
    ),
    Layout(
        "HAM10000: a diagnosis among other columns",
        lambda: beside(
            table(
                "image_id lesion_id dx sex",
                [(f"i{i}", f"l{i // 2}", ["nv", "mel"][i % 2], "fm"[i // 3]) for i in range(6)],
            ),
            "HAM10000_metadata.csv",
            pictures(f"HAM10000_images/i{name}" for name in FILES),
        ),
        Asked("may hold the label", [{"label_columns": (c,)} for c in ("dx", "sex", "lesion_id")]),
    ),
    Layout(
        "CelebA: a partition of 0, 1 and 2",
        lambda: beside(
            table("image_id partition smiling", [(f"{i}.png", i // 4, i % 2) for i in range(12)]),
            files=pictures(f"{i}.png" for i in range(12)),
        ),
        Read("image", {"0": 4, "1": 4}, parts={"train": 4, "validation": 4, "test": 4}),
    ),
    Layout(
        "CelebA: attributes in one table, parts in another",
        _celeba,
        Asked("may hold the label", [{"label_columns": (c,)} for c in ("Male", "Smiling", "Young")]),
    ),
    Layout(
        "CelebA, smiling asked for",
        _celeba,
        Read("image", {"-1": 4, "1": 4}, parts={"train": 4, "validation": 4}),
        Reading(label_columns=("Smiling",), parts=("all",)),
    ),
    Layout(
        "GTSRB: Train.csv, Test.csv, Meta.csv, class folders in Train",
        _gtsrb,
        Read("image", {"0": 3, "1": 3}, parts={"train": 6, "test": 4}, roles={"label": ["ClassId"]}),
    ),
    Layout(
        "YOLO: images and labels in parts",
        lambda: {
            **pictures(under(["images/train", "images/val"])),
            **{f"labels/{part}/{i}.txt": b"0 .5 .5 .1 .1" for part in ("train", "val") for i in range(3)},
        },
        Refused("neither a folder for each class nor a table"),
    ),
    Layout(
        "Pascal VOC",
        lambda: {
            **pictures(f"JPEGImages/{name}" for name in FILES),
            **{f"Annotations/{i}.xml": b"<annotation/>" for i in range(6)},
        },
        Refused("only one class left: 'JPEGImages'"),
    ),
)
