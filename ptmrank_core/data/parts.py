"""The parts that data sets come in, which are no classes: training, validation, test, unlabelled, folds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from ptmrank_core.errors import InputField, UnknownNameError
from ptmrank_core.records import ALL_PARTS

__all__ = [
    "LEARNED_FROM",
    "are_parts",
    "choose_parts",
    "part_of",
    "part_of_stem",
    "parts_among",
    "split_part",
]

SPELLINGS = {
    "train": ("train", "training", "trainset", "trainingset", "trn", "trainval"),
    "validation": ("validation", "valid", "val", "validationset", "valset", "dev", "devset", "eval", "testa"),
    "test": ("test", "testing", "testset", "tst", "publictest", "privatetest", "testb"),
    "unsup": ("unsup", "unsupervised", "unlabeled", "unlabelled"),
    "labelled": ("labelled", "labeled"),
}
PART_BY_SPELLING = {spelling: part for part, spellings in SPELLINGS.items() for spelling in spellings}
FOLD = re.compile(r"(?:cv)?fold[ _\-.]*(\d{1,3})")
NUMBERED = re.compile(r"(train|training|validation|valid|val|test|testing)\d{1,2}")  # test1
CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=\d)(?=[a-z])")
YEAR = re.compile(r"\d{4}$")
SHARD = re.compile(r"[ _\-.]+\d+(?:[ _\-.]*of[ _\-.]*\d+)?$")
TRAINVAL = re.compile(r"(?i:train[ _\-.]+val)(?![a-z])")  # train_val_list
# What a name of a part is joined with: train_images, images-test, X.train, train2017.
COMPANIONS = frozenset(
    {"images", "image", "img", "imgs", "pictures", "photos", "audio", "audios", "wav", "wavs", "clips"}
    | {"recordings", "videos", "texts", "text", "data", "set", "split", "list", "labels", "files"}
)
LEARNED_FROM = ("train", "validation")


def part_of(name: str) -> str | None:
    """Tell which part a name stands for.

    Parameters
    ----------
    name
        The whole name of a folder, or a cell of a column named split: ``"train"``, ``"Dev"``, ``"fold_3"``.

    Returns
    -------
    str or None
        ``"train"``, ``"validation"``, ``"test"``, ``"unsup"``, ``"fold3"``; ``None`` for any other name.
    """
    word = name.strip().casefold()
    fold = FOLD.fullmatch(word)
    if fold:
        return f"fold{int(fold[1])}"
    bare = re.sub(r"[ _\-.]", "", word)
    numbered = NUMBERED.fullmatch(bare)
    return PART_BY_SPELLING.get(numbered[1] if numbered else bare)


@lru_cache(maxsize=4_096)  # the same few folders stand above thousands of files
def part_of_stem(stem: str) -> str | None:
    """Tell which part a file or folder holds whose name says more than the part.

    Parameters
    ----------
    stem
        A name without its suffix: ``"train-00000-of-00002"``, ``"test_images"``, ``"imdb_train"``.

    Returns
    -------
    str or None
        As ``part_of``; also ``None`` where two parts are named.
    """
    bare = TRAINVAL.sub("trainval", SHARD.sub("", stem.strip()))
    whole = part_of(stem) or part_of(bare)
    if whole:
        return whole
    words = _words(bare)
    named = {part_of_word(word) for word in words} - {None}
    at_an_end = any(map(part_of_word, words[:1] + words[-1:]))
    return named.pop() if len(named) == 1 and at_an_end else None


def _words(name: str) -> list[str]:
    """Split a name at its marks, and where a word ends without one (``trainLabels``, ``wnut17train``)."""
    return [word for word in re.split(r"[ _\-.]+", CAPITAL.sub("_", name).casefold()) if word]


def part_of_word(word: str) -> str | None:
    """Tell which part a word of a name stands for, whatever year follows it (``val2017``)."""
    return part_of(YEAR.sub("", word))


def split_part(name: str) -> tuple[str, str]:
    """Split a name into the part at one of its ends and the rest.

    Parameters
    ----------
    name
        Name of a folder: ``"train_cat"``, ``"testA"``, ``"dog-val"``.

    Returns
    -------
    part, rest
        ``("train", "cat")``; both empty where the name has no part at an end, or nothing else.
    """
    words = re.split(r"[ _\-.]+", CAPITAL.sub("_", name.strip()))
    for word, rest in ((words[0], words[1:]), (words[-1], words[:-1])):
        part = part_of_word(word.casefold())
        if part and any(rest):
            return part, "_".join(rest)
    return "", ""


def are_parts(names: Collection[str]) -> bool:
    """Whether folders beside one another are the parts of a data set, rather than classes.

    Parameters
    ----------
    names
        Names of all folders at one level. A class may well be called train beside a bus and a car, so that
        every one has to be a part, alone, with a companion (``"train_images"``) or with what the others have
        beside their parts too (``"birds_train"``, ``"birds_test"``).
    """
    return bool(names) and parts_among(names) == {*names}


def parts_among(names: Collection[str]) -> set[str]:
    """Return the names of folders beside one another that stand for parts of a data set.

    Parameters
    ----------
    names
        Names of all folders at one level.
    """
    plain = {name for name in names if part_of(name) or _has_companions(name)}
    of_rest: dict[str, dict[str, str]] = {}
    for name in {*names} - plain:
        part, rest = split_part(name)
        if part:
            of_rest.setdefault(re.sub(r"[_\d]+$", "", rest.casefold()), {})[name] = part
    together = (own for own in of_rest.values() if len({*own.values()}) > 1)
    return plain.union(*together)


def _has_companions(name: str) -> bool:
    words = _words(name)
    rest = [word for word in words if not part_of_word(word)]
    return len(rest) < len(words) and all(word in COMPANIONS for word in rest)


def choose_parts(found: Iterable[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """Choose the parts to take.

    Parameters
    ----------
    found
        The parts that hold labelled samples, as ``part_of`` names them.
    wanted
        The parts that the user named, in any spelling, or ``("all",)``; empty for the default: training and
        validation, all folds where there are folds, and whatever there is where there is neither.

    Raises
    ------
    UnknownNameError
        If a part is not there.
    """
    there = tuple(dict.fromkeys(found))
    if not wanted:
        default = tuple(part for part in there if part in LEARNED_FROM or part.startswith("fold"))
        return default or there
    if ALL_PARTS in wanted:
        return there
    named = {part_of(name) or name: name for name in wanted}
    for part, name in named.items():
        if part not in there:
            raise UnknownNameError("part", name, (*there, ALL_PARTS), fields=[InputField.PARTS])
    return tuple(part for part in there if part in named)
