"""Errors for what is no checkpoint of transformers: each names what was found and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ptmrank_core.catalogue.formats.contents import format_inside, say_contents
from ptmrank_core.catalogue.formats.quantisation import static_modules
from ptmrank_core.catalogue.formats.table import (
    ARCHIVE,
    ONLY_WAYS,
    OWN_WAYS,
    SAVE,
    Format,
    format_of,
    in_order,
)
from ptmrank_core.errors import InputError, ModelError, WeightsFormatError

__all__ = ["damaged_weights", "no_checkpoint", "no_config", "no_weights", "refuse_model_file"]

MOST_NAMES = 6
# Suffixes by which a file of weights is known, whatever else it could be.
_WEIGHT_FILES = re.compile(
    r".*\.(safetensors|gguf|onnx|tflite|h5|hdf5|keras|msgpack|bin|pt|pth|th|ckpt|pkl|pickle|joblib|nemo|mlmodel)"
)
# Files that are hardly ever weights.
_SMALL = re.compile(
    r"\..*|.*\.(json|txt|md|py|jinja|ya?ml|toml|html|png|jpe?g|csv|tsv|log|sh)", re.IGNORECASE
)
_EXPECTED = "Expected a folder with config.json and model.safetensors, or a folder of such folders."


def _found(files: Iterable[str], folder: Path | None = None) -> tuple[list[str], list[Format]]:
    """Files of known formats by name, and these formats in the order of the table."""
    kinds = {
        file: format_of(file) if folder is None else format_inside(folder / file) for file in sorted(files)
    }
    by_file = {file: known for file, known in kinds.items() if known is not None}
    return list(by_file), in_order(by_file.values())


def _others(files: Iterable[str]) -> list[str]:
    """Files that may be weights in a format that is not known here."""
    return [file for file in sorted(files) if not _SMALL.fullmatch(file.rsplit("/", 1)[-1])]


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _say(formats: Sequence[Format]) -> str:
    return f" That is {'; '.join(known.words for known in formats)}." if formats else ""


def no_weights(
    name: str, files: Iterable[str], *, lacking: str, also: str = "", folder: Path | None = None
) -> WeightsFormatError:
    """Make the error for a checkpoint without safetensors weights, which names the format that there is.

    Parameters
    ----------
    name
        The model in messages.
    files
        Names of its files, those of its folders as ``folder/file``.
    lacking
        What it lacks, in the message: ``"model.safetensors"``.
    also
        What can be done besides what the format suggests.
    folder
        Where the files are, if they are on this machine: they are known by their first bytes too.
    """
    files = list(files)
    names, formats = _found(files, folder)
    hint = formats[0].hint if formats else SAVE
    return WeightsFormatError(
        f"{name} has no {lacking} (found: {_list(names or _others(files)) or 'no weights'}).{_say(formats)}",
        hint=f"{hint} {also}".strip(),
    )


def damaged_weights(path: Path) -> WeightsFormatError:
    """Make the error for a file of weights that is no intact safetensors file."""
    contents = say_contents(path)
    said = f" That is {contents}." if contents else ""
    return WeightsFormatError(
        f"{path.name} is not an intact safetensors file.{said}", hint="Copy or download it again."
    )


def no_config(name: str, files: Iterable[str]) -> ModelError:
    """Make the error for a repository without ``config.json``, which names the format that there is."""
    names, formats = _found(files)
    found = f" (found: {_list(names)}).{_say(formats[:2])}" if formats else "."
    remedy = [known.hint for known in formats[:1]]
    return ModelError(
        f"{name} has no config.json, so it is not a model of the transformers library{found}",
        hint=" ".join([*remedy, "Choose a model that AutoModel can load."]),
    )


def no_checkpoint(folder: Path) -> InputError:
    """Make the error for a folder without a checkpoint, which names what there is instead."""
    files = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    names, formats = _found(files, folder)
    static = static_modules(folder)
    if static or "modules.json" in files:
        what = static or "a repository of sentence-transformers whose transformer is not at its top"
        return InputError(f"{folder} contains no model that is read here: {what}.", hint=ONLY_WAYS)
    deeper = [
        path.parent for levels in ("*/*", "*/*/*") for path in sorted(folder.glob(f"{levels}/config.json"))
    ]
    if deeper:
        places = _list([str(place.relative_to(folder)) for place in deeper])
        return InputError(
            f"{folder} contains no model itself; config.json is further down, in {places}.",
            hint="Give the folder that holds config.json.",
        )
    if all(name.endswith(".safetensors") for name in names):  # its weights are as they should be
        found = f"found: {_list(files)}" if files else "it is empty"
        return InputError(f"{folder} contains no model ({found}).", hint=_EXPECTED)
    return InputError(
        f"{folder} contains no model that is read here (found: {_list(names)}).{_say(formats[:2])}",
        hint=f"{_EXPECTED} {formats[0].hint}",
    )


def _deeper(folder: Path) -> list[str]:
    """Places two and three levels down where a checkpoint is."""
    try:
        found = [*folder.glob("*/*/config.json"), *folder.glob("*/*/*/config.json")]
    except OSError:  # a folder that is gone meanwhile, or may not be read
        return []
    return sorted(path.parent.relative_to(folder).as_posix() for path in found)


def refuse_model_file(name: str) -> None:
    """Refuse the name of a single file where a model is expected.

    Parameters
    ----------
    name
        What the user named: refused if it is a file, or ends like a file of weights.

    Raises
    ------
    InputError
        With the format, and what to give instead.
    """
    path = Path(name).expanduser()
    is_there = path.is_file()
    if not is_there and _WEIGHT_FILES.fullmatch(name.lower()) is None:
        return
    known = format_inside(path) if is_there else format_of(name)
    is_safetensors = name.lower().endswith(".safetensors")
    words = "" if known is None or is_safetensors else f" ({known.words})"
    raise InputError(
        f"{name!r} is a file{words}; a model is a folder with config.json and model.safetensors.",
        hint=ARCHIVE.hint if known is ARCHIVE else f"Give the folder. {OWN_WAYS}",
    )
