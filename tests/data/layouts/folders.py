"""Layouts of folders: classes, parts, two levels."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ptmrank_core.records import Reading
from tests.data.layouts.layout import Asked, Layout, Read, Refused
from tests.data.layouts.made import clips, pictures, texts, under

__all__ = ["FOLDERS"]

OUTER, INNER = {"class_folders": "outer"}, {"class_folders": "inner"}
NOT_TAKEN = "part 'test' was not taken"


def of(*folders: str, n: int = 3) -> Callable[[], Mapping[str, bytes]]:
    """Pictures in these folders."""
    return lambda: pictures(under(folders, n))


def _both(cat: int, dog: int) -> dict[str, int]:
    return {"cat": cat, "dog": dog}


FOLDERS = (
    Layout("class folders", of("cat", "dog"), Read("image", _both(3, 3))),
    Layout("class folders in a wrapping folder", of("photos/cat", "photos/dog"), Read("image", _both(3, 3))),
    Layout("class folders of digits", of("0", "1", "10"), Read("image", {"0": 3, "1": 3, "10": 3})),
    Layout(
        "train and test with class folders",
        of("train/cat", "train/dog", "test/cat", "test/dog"),
        Read(
            "image",
            _both(3, 3),
            parts={"train": 6, "test": 6},
            says=("Parts of the data set: train (6), test (6); taken: train.",),
            left_out={"test/cat/6.png": NOT_TAKEN},
        ),
    ),
    Layout(
        "train and test, the test part asked for",
        of("train/cat", "train/dog", "test/cat", "test/dog"),
        Read(
            "image",
            _both(3, 3),
            parts={"train": 6, "test": 6},
            left_out={"train/cat/0.png": "'train' was not"},
        ),
        Reading(parts=("test",)),
    ),
    Layout(
        "train and test, a part asked for that is not there",
        of("train/cat", "train/dog", "test/cat", "test/dog"),
        Refused("Unknown part 'validation'"),
        Reading(parts=("validation",)),
    ),
    Layout(
        "Training, Validation and Testing",
        of(*(f"{part}/{kind}" for part in ("Training", "Validation", "Testing") for kind in ("cat", "dog"))),
        Read("image", _both(6, 6), parts={"train": 6, "validation": 6, "test": 6}),
    ),
    Layout(
        "train_images and test_images with class folders",
        of("train_images/cat", "train_images/dog", "test_images/cat", "test_images/dog"),
        Read("image", _both(3, 3), parts={"train": 6, "test": 6}),
    ),
    Layout(
        "train2017 and val2017 in a wrapping folder",
        of("set/train2017/cat", "set/train2017/dog", "set/val2017/cat", "set/val2017/dog"),
        Read("image", _both(6, 6), parts={"train": 6, "validation": 6}),
    ),
    Layout(
        "a part in each class folder",
        of("cat/train", "cat/test", "dog/train", "dog/test"),
        Read("image", _both(3, 3), parts={"train": 6, "test": 6}),
    ),
    Layout(
        "train and test without classes",
        of("train", "test"),
        Refused("train (3 files), with the files directly"),
    ),
    Layout(
        "train_images and test_images without classes",
        of("d/train_images", "d/test_images"),
        Refused("neither a folder for each class nor a table"),
    ),
    Layout(
        "train/train and test/test without classes",
        of("train/train", "test/test"),
        Refused("parts of a data set"),
    ),
    Layout(
        "a flat test beside train with classes",
        of("train/cat", "train/dog", "test"),
        Read("image", _both(3, 3), parts={"train": 6}, left_out={"test/6.png": "no label: part 'test'"}),
    ),
    Layout(
        "a flat test beside the class folders",
        of("cat", "dog", "test"),
        Read("image", _both(3, 3), says=("The folder 'test' beside",), left_out={"test/6.png": "no label"}),
    ),
    Layout(
        "a class that is called train",
        of("train", "bus", "car"),
        Read("image", {"bus": 3, "car": 3, "train": 3}),
    ),
    Layout(
        "IMDb: pos and neg in train and test, unsup beside them",
        lambda: texts(under(["train/pos", "train/neg", "train/unsup", "test/pos", "test/neg"], suffix="txt")),
        Read(
            "text",
            {"neg": 3, "pos": 3},
            parts={"train": 6, "test": 6},
            left_out={"train/unsup/6.txt": "no label: the folder 'unsup'"},
        ),
    ),
    Layout(
        "only a validation part",
        of("val/cat", "val/dog"),
        Read("image", _both(3, 3), parts={"validation": 6}),
    ),
    Layout(
        "folds",
        of("fold1/cat", "fold1/dog", "fold2/cat", "fold2/dog"),
        Read("image", _both(6, 6), parts={"fold1": 6, "fold2": 6}),
    ),
    Layout(
        "one fold of two",
        of("fold1/cat", "fold1/dog", "fold2/cat", "fold2/dog"),
        Read("image", _both(3, 3), parts={"fold1": 6, "fold2": 6}),
        Reading(parts=("fold2",)),
    ),
    Layout(
        "an extra part beside train and test",
        of(*(f"{part}/{kind}" for part in ("train", "test", "extra") for kind in ("cat", "dog"))),
        Read("image", _both(3, 3), parts={"train": 6, "test": 6, "extra": 6}),
    ),
    Layout(
        "Tiny ImageNet: a folder images in each class",
        of("train/n01/images", "train/n02/images", "val/images"),
        Read(
            "image", {"n01": 3, "n02": 3}, parts={"train": 6}, left_out={"val/images/6.png": "no label: part"}
        ),
    ),
    Layout("a folder images in each class", of("cat/images", "dog/images"), Read("image", _both(3, 3))),
    Layout(
        "persons below the classes",
        of(*(f"{kind}/p{i}" for kind in ("red", "green") for i in range(3))),
        Read("image", {"green": 9, "red": 9}, n_groups=3, says=("The outer folders are the classes",)),
    ),
    Layout(
        "persons below the classes, without groups",
        of(*(f"{kind}/p{i}" for kind in ("red", "green") for i in range(3))),
        Read("image", {"green": 9, "red": 9}),
        Reading(group_column=""),
    ),
    Layout(
        "different sessions below the classes, in train and test",
        of(
            *(
                f"{part}/{kind}/session {i}"
                for part in ("train", "test")
                for i in range(3)
                for kind in ("cat", "dog")
            )
        ),
        Read("image", _both(9, 9), parts={"train": 18, "test": 18}, n_groups=3),
    ),
    Layout(
        "words below persons",
        lambda: clips(under([f"speaker_{i}/{word}" for i in range(3) for word in ("yes", "no")], 2, "wav")),
        Read("audio", {"no": 6, "yes": 6}, n_groups=3, says=("The inner folders are the classes",)),
    ),
    Layout(
        "breeds below kinds",
        of("cat/persian", "cat/siamese", "dog/beagle", "dog/poodle"),
        Asked("two levels of folders", (OUTER, INNER)),
    ),
    Layout(
        "breeds below kinds, the kinds asked for",
        of("cat/persian", "cat/siamese", "dog/beagle", "dog/poodle"),
        Read("image", _both(6, 6), offers=({"group_column": "folder"},)),
        Reading(class_folders="outer"),
    ),
    Layout(
        "breeds below kinds, the breeds asked for",
        of("cat/persian", "cat/siamese", "dog/beagle", "dog/poodle"),
        Read("image", {"beagle": 3, "persian": 3, "poodle": 3, "siamese": 3}),
        Reading(class_folders="inner"),
    ),
    Layout(
        "breeds below kinds, in train and test",
        of(
            *(
                f"{p}/{kind}"
                for p in ("train", "test")
                for kind in ("cat/persian", "cat/siamese", "dog/poodle")
            )
        ),
        Asked("two levels of folders", (OUTER, INNER)),
    ),
    Layout(
        "sizes below colours",
        of("red/large", "red/small", "green/large", "green/small"),
        Asked("two levels of folders", (OUTER, INNER)),
    ),
    Layout(
        "digits below languages",
        of(*(f"{language}/{digit}" for language in ("english", "french") for digit in range(3))),
        Asked("two levels of folders", (OUTER, INNER)),
    ),
    Layout(
        "animals in folders, vehicles not",
        of("animals/cat", "animals/dog", "vehicles"),
        Asked("two levels of folders", (OUTER, INNER)),
    ),
    Layout(
        "an album for each picture",
        of(*(f"{kind}/album of {kind} {i}" for kind in ("cat", "dog") for i in range(3)), n=1),
        Read("image", _both(3, 3)),
    ),
    Layout(
        "more pictures in a folder of one class",
        of("cat", "cat/more", "dog"),
        Read("image", _both(6, 3), says=("the inner ones are not used",)),
    ),
    Layout(
        "visits below classes below persons",
        of(*(f"p{i}/{kind}/visit{k}" for i in range(3) for kind in ("cat", "dog") for k in range(2)), n=2),
        Read("image", {"cat": 12, "dog": 12}, n_groups=3, says=("The middle folders are the classes",)),
    ),
    Layout(
        "names that hold the part and the class",
        of("train_cat", "train_dog", "test_cat", "test_dog"),
        Read("image", _both(3, 3), parts={"train": 6, "test": 6}),
    ),
    Layout(
        "CycleGAN: trainA, trainB, testA, testB",
        of("trainA", "trainB", "testA", "testB"),
        Read("image", {"A": 3, "B": 3}, parts={"train": 6, "test": 6}),
    ),
    Layout("masks beside pictures", of("images", "masks"), Refused("which are no classes")),
    Layout(
        "masks beside pictures, in parts",
        of("train/images", "train/masks", "val/images", "val/masks"),
        Refused("which are no classes"),
    ),
    Layout(
        "classes whose names hold those of parts",
        of("train_station", "test_tube"),
        Read("image", {"test_tube": 3, "train_station": 3}),
    ),
    Layout(
        "hashes below classes",
        of(*(f"{kind}/{i}f09c1b{i}" for i in range(3) for kind in ("cat", "dog"))),
        Read("image", _both(9, 9), n_groups=3),
    ),
    Layout(
        "pictures without any folder", lambda: pictures(["1.png", "2.png", "3.png"]), Refused("no class left")
    ),
    Layout("one class folder", of("cat"), Refused("only one class left")),
    Layout(
        "speakers in the names of files",
        lambda: clips(
            [f"{kind}/{kind}_{who}_{i}.wav" for kind in ("no", "yes") for who in "xyz" for i in range(3)]
        ),
        Read("audio", {"no": 9, "yes": 9}, offers=({"group_in_names": 2},)),
    ),
    Layout(
        "speakers in the names of files, taken for groups",
        lambda: clips(
            [f"{kind}/{kind}_{who}_{i}.wav" for kind in ("no", "yes") for who in "xyz" for i in range(3)]
        ),
        Read("audio", {"no": 9, "yes": 9}, n_groups=3, says=("The groups are part 2 of the file names",)),
        Reading(group_in_names=2),
    ),
    Layout(
        "a part of the names that is no group",
        of("cat", "dog"),
        Refused("a group for each sample"),
        Reading(group_in_names=1),
    ),
)
