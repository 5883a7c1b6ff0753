"""Layouts of published data sets, as they come when they are unpacked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ptmrank_core.records import Reading
from tests.data.layouts.layout import Asked, Layout, Read, Refused
from tests.data.layouts.made import clips, parquet, pictures, sentences, table, texts, under

__all__ = ["PUBLISHED"]

CAT_DOG, AB = {"cat": 3, "dog": 3}, {"a": 3, "b": 3}
FILES = [f"{i}.png" for i in range(6)]


def _lines(rows: Iterable[Iterable[object]], mark: str = " ") -> bytes:
    return "".join(f"{mark.join(map(str, row))}\n" for row in rows).encode()


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _copies() -> Mapping[str, bytes]:
    """Parts in a folder, and once more in a folder of its name within it, as on Kaggle."""
    files = pictures(under([f"x/{p}/{c}" for p in ("train", "test") for c in ("cat", "dog")]))
    return files | {f"x/{name}": data for name, data in files.items()}


def _skin(columns: str = "lesion_id image_id dx sex") -> Mapping[str, bytes]:
    """Pictures in numbered pieces, with a table in which no column is called a label."""
    rows = [(f"L{i // 2}", f"ISIC_{i}", ["nv", "mel"][i % 2], "mf"[i // 4]) for i in range(8)]
    files = pictures(f"HAM_images_part_{1 + i // 4}/ISIC_{i}.png" for i in range(8))
    return {**files, "metadata.csv": table(columns, rows)}


def _commands() -> Mapping[str, bytes]:
    words = [f"{word}/{who}_nohash_0.wav" for word in ("no", "yes") for who in ("0a7c", "0b09", "1bc4")]
    return {
        **clips([*words, "_background_noise_/hum.wav", "_background_noise_/tap.wav"]),
        "validation_list.txt": _lines([["no/0b09_nohash_0.wav"], ["yes/0b09_nohash_0.wav"]]),
        "testing_list.txt": _lines([["no/1bc4_nohash_0.wav"], ["yes/1bc4_nohash_0.wav"]]),
    }


def _tiny_imagenet(labels: tuple[str, str] = ("n01", "n02")) -> Mapping[str, bytes]:
    files = pictures(
        [*under(["train/n01/images", "train/n02/images"]), *(f"val/images/v{i}.png" for i in range(4))]
    )
    rows = [(f"v{i}.png", labels[i % 2], 0, 32, 44, 62) for i in range(4)]
    boxes = [(f"{i}.png", 0, 0, 60, 62) for i in range(3)]
    return {
        **files,
        "wnids.txt": _lines([["n01"], ["n02"]]),
        "val/val_annotations.txt": _lines(rows, "\t"),
        "train/n01/n01_boxes.txt": _lines(boxes, "\t"),
    }


def _food() -> Mapping[str, bytes]:
    names = {kind: [f"{kind}/{i}" for i in range(4)] for kind in ("pie", "ramen")}
    return {
        **pictures(f"images/{name}.png" for listed in names.values() for name in listed),
        "meta/train.json": _json({kind: listed[:3] for kind, listed in names.items()}),
        "meta/test.json": _json({kind: listed[3:] for kind, listed in names.items()}),
        "meta/classes.txt": _lines([["pie"], ["ramen"]]),
    }


def _chest() -> Mapping[str, bytes]:
    found = ["No Finding", "Edema|Mass", "Mass", "Edema"]
    rows = [f"{i:08d}_000.png,{found[i % 4]},{i // 2}" for i in range(10)]
    header = ["Image Index", "Finding Label", "Bbox [x", "y", "w", "h]"]
    boxes = [header, *([f"{i:08d}_000.png", found[2 + i % 2], i, i % 2, 3, 4] for i in range(4))]
    return {
        **pictures(f"images_00{1 + i // 4}/images/{i:08d}_000.png" for i in range(10)),
        "Data_Entry.csv": "\n".join(["Image Index,Finding Labels,Patient ID", *rows]).encode(),
        "BBox_List.csv": _lines(boxes, ","),
        "train_val_list.txt": _lines([f"{i:08d}_000.png"] for i in range(6)),
        "test_list.txt": _lines([f"{i:08d}_000.png"] for i in range(6, 10)),
    }


def _tagged(first: int) -> list[list[str]]:
    return [[word, "NOUN" if i % 2 else "VERB"] for i, word in enumerate(sentences(1, first)[0].split())]


def _conllu(first: int) -> bytes:
    rows = [[i + 1, word, word, tag, *"______"] for i, (word, tag) in enumerate(_tagged(first))]
    return b"# sent_id = 1\n" + _lines([["1-2", "x", *"________"], *rows], "\t")


def _word_rows() -> bytes:
    rows = [
        [f"Sentence: {s}" if i == 0 else "", word, "NN", tag]
        for s in range(3)
        for i, (word, tag) in enumerate(_tagged(s))
    ]
    return b"Sentence #,Word,POS,Tag\n" + _lines(rows, ",")


PARTS_ALONE = Refused("The folders are the parts of a data set")
PUBLISHED = (
    Layout(
        "cats and dogs in the names of files, train and test1",
        lambda: pictures(
            [
                *(f"train/{c}.{i}.png" for c in ("cat", "dog") for i in range(3)),
                *(f"test1/{i}.png" for i in range(4)),
            ]
        ),
        PARTS_ALONE,
    ),
    Layout(
        "persons in the names of files, box_train and box_test",
        lambda: pictures(under(["box_train", "box_test", "query"])),
        PARTS_ALONE,
    ),
    Layout(
        "seg_train/seg_train, seg_test/seg_test and a flat seg_pred",
        lambda: pictures(
            [
                *under([f"seg_{p}/seg_{p}/{c}" for p in ("train", "test") for c in ("cat", "dog")]),
                "seg_pred/x.png",
            ]
        ),
        Read(
            "image",
            CAT_DOG,
            parts={"train": 6, "test": 6},
            left_out={"seg_pred/x.png": "part 'seg_pred' has no class folders"},
        ),
    ),
    Layout(
        "a flat asl_test beside asl_train with classes",
        lambda: pictures([*under(["asl_train/A", "asl_train/B"]), "asl_test/A.png"]),
        Read("image", {"A": 3, "B": 3}, parts={"train": 3 * 2}),
    ),
    Layout(
        "labelled and unlabelled",
        lambda: pictures([*under(["labeled/cat", "labeled/dog"]), "unlabeled/x.png"]),
        Read("image", CAT_DOG, parts={"labelled": 6}, left_out={"unlabeled/x.png": "no label"}),
    ),
    Layout(
        "the parts once more in a folder of the same name",
        _copies,
        Read("image", CAT_DOG, parts={"train": 12, "test": 12}),
    ),
    Layout(
        "numbered pieces without a table",
        lambda: pictures(under(["images_001", "images_002"])),
        Refused("numbered pieces of one data set"),
    ),
    Layout(
        "numbered pieces that are classes",
        lambda: pictures(under(["images_001", "images_002"])),
        Read("image", {"images_001": 3, "images_002": 3}),
        Reading(class_folders="outer"),
    ),
    Layout(
        "a camera's folders",
        lambda: pictures(under(["DCIM/100APPLE", "DCIM/101APPLE"])),
        Refused("numbered pieces of one data set"),
    ),
    Layout(
        "numbered pieces beside a table",
        _skin,
        Asked(
            "Several columns of 'metadata.csv' may hold the label",
            [{"label_columns": (c,)} for c in ("dx", "sex", "lesion_id")],
        ),
    ),
    Layout(
        "recordings of actors",
        lambda: clips(under(["Actor_01", "Actor_02"], 3, "wav")),
        Read("audio", {"Actor_01": 3, "Actor_02": 3}, says=("though they are called like persons",)),
    ),
    Layout(
        "pictures of days",
        lambda: pictures(under(["2023-01-11", "2023-01-12"])),
        Read("image", {"2023-01-11": 3, "2023-01-12": 3}, says=("visits or days",)),
    ),
    Layout(
        "Speech Commands: lists of parts, background noise",
        _commands,
        Read(
            "audio",
            {"no": 2, "yes": 2},
            parts={"train": 2, "validation": 2, "test": 2},
            says=("The parts are read from testing_list.txt, validation_list.txt",),
            left_out={
                "_background_noise_/hum.wav": "marked as material",
                "no/1bc4_nohash_0.wav": "part 'test'",
            },
        ),
    ),
    Layout(
        "Tiny ImageNet: val_annotations.txt",
        _tiny_imagenet,
        Read(
            "image",
            {"n01": 5, "n02": 5},
            parts={"train": 6, "validation": 4},
            says=("those of 4 other files from val/val_annotations.txt",),
        ),
    ),
    Layout(
        "Tiny ImageNet with annotations of other classes",
        lambda: _tiny_imagenet(("0", "x")),
        Read("image", {"n01": 3, "n02": 3}, parts={"train": 6}),
    ),
    Layout(
        "Food-101: the files of each class in JSON",
        _food,
        Read(
            "image",
            {"pie": 3, "ramen": 3},
            parts={"train": 6, "test": 2},
            left_out={"images/pie/3.png": "part 'test'"},
        ),
    ),
    *(
        Layout(
            f"labels.txt with {title}",
            lambda data=data: {**pictures(f"images/{name}" for name in FILES), "labels.txt": data},  # type: ignore[misc]
            Read("image", AB, roles={"file": "file", "label": ["label"]}),
        )
        for title, data in (
            (
                "paths and classes between blanks",
                _lines((f"images/{name}", "ab"[i % 2]) for i, name in enumerate(FILES)),
            ),
            ("commas", _lines(((name, "ab"[i % 2]) for i, name in enumerate(FILES)), ",")),
            (
                "tabs and a header",
                _lines([("file", "label"), *((name, "ab"[i % 2]) for i, name in enumerate(FILES))], "\t"),
            ),
        )
    ),
    *(
        Layout(
            f"labels.json: {title}",
            lambda value=value: {**pictures(FILES), "labels.json": _json(value)},  # type: ignore[misc]
            Read("image", AB, roles={"file": "file", "label": ["label"]}),
        )
        for title, value in (
            ("classes by file", {name: "ab"[i % 2] for i, name in enumerate(FILES)}),
            ("objects by file", {name: {"label": "ab"[i % 2]} for i, name in enumerate(FILES)}),
            ("files by class", {"a": FILES[::2], "b": FILES[1::2]}),
        )
    ),
    Layout(
        "a list of classes beside class folders",
        lambda: {**pictures(under(["cat", "dog"])), "labels.txt": b"cat\ndog\n"},
        Read("image", CAT_DOG, left_out={"labels.txt": "not an image"}),
    ),
    Layout(
        "ChestX-ray14: two tables and lists of parts",
        _chest,
        Asked(
            "Several tables could hold the labels", [{"parts": ("BBox_List",)}, {"parts": ("Data_Entry",)}]
        ),
    ),
    Layout(
        "ChestX-ray14, one table named",
        _chest,
        Read(
            "image",
            {"Edema": 3, "Mass": 3, "No Finding": 2},
            "multilabel",
            parts={"train": 6, "test": 4},
            n_groups=3,
        ),
        Reading(parts=("Data_Entry",)),
    ),
    Layout(
        "20 Newsgroups: texts without a suffix",
        lambda: texts(
            f"20news-{p}/{c}/{i}"
            for p in ("train", "test")
            for c in ("alt.atheism", "sci.space")
            for i in range(3)
        ),
        Read("text", {"alt.atheism": 3, "sci.space": 3}, parts={"train": 6, "test": 6}),
    ),
    Layout(
        "GTZAN: a spectrogram for each recording",
        lambda: {
            **clips(under(["wav/blues", "wav/jazz"], 3, "wav")),
            **pictures(under(["png/blues", "png/jazz"])),
        },
        Asked("There are 6 pictures and 6 recordings", [{"modality": "image"}, {"modality": "audio"}]),
    ),
    Layout(
        "a table of addresses of files",
        lambda: {
            **pictures(FILES),
            "l.csv": table(
                "url label", [(f"https://x.org/a/{n}?raw=1", "ab"[i % 2]) for i, n in enumerate(FILES)]
            ),
        },
        Read("image", AB),
    ),
    Layout(
        "FER2013: pixels in a cell",
        lambda: {
            "fer.csv": table(
                "emotion pixels Usage",
                [
                    (
                        i % 2,
                        " ".join(str((i * 7 + k) % 255) for k in range(16)),
                        ["Training", "PublicTest"][i // 8],
                    )
                    for i in range(12)
                ],
            )
        },
        Read("tabular", {"0": 4, "1": 4}, parts={"train": 8, "test": 4}, says=("'pixels' (16)",)),
    ),
    Layout(
        "numbers of varying length in a cell",
        lambda: {
            "t.csv": table(
                "label tokens",
                [("ab"[i % 2], " ".join(str(100 + i * k) for k in range(9 + i))) for i in range(6)],
            )
        },
        Refused("holds lists of numbers"),
    ),
    Layout(
        "numbers of varying length in Parquet",
        lambda: {"t.parquet": parquet({"tokens": [[*range(9 + i)] for i in range(6)], "label": [*"ababab"]})},
        Refused("holds lists of numbers"),
    ),
    Layout(
        "CoNLL-2003: eng.train, eng.testa, eng.testb",
        lambda: {f"eng.{p}": _lines(_tagged(i)) for i, p in enumerate(("train", "testa", "testb"))},
        Read("text", {"NOUN": 8, "VERB": 10}, parts={"train": 9, "validation": 9, "test": 9}),
    ),
    Layout(
        "WNUT: wnut17train.conll, emerging.dev.conll",
        lambda: {
            "wnut17train.conll": _lines(_tagged(0), "\t"),
            "emerging.dev.conll": _lines(_tagged(1), "\t"),
        },
        Read("text", {"NOUN": 8, "VERB": 10}, parts={"train": 9, "validation": 9}),
    ),
    Layout(
        "Universal Dependencies",
        lambda: {f"en-ud-{p}.conllu": _conllu(i) for i, p in enumerate(("train", "test"))},
        Read(
            "text",
            {"NOUN": 4, "VERB": 5},
            parts={"train": 9, "test": 9},
            left_out={"en-ud-train.conllu:2": "no single word: '1-2'"},
        ),
    ),
    Layout(
        "a word in each row, sentences numbered once",
        lambda: {"ner.csv": _word_rows()},
        Read("text", {"NOUN": 12, "VERB": 15}, says=("Each row of ner.csv is a word",)),
    ),
)
