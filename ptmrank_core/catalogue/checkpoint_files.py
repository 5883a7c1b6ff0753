"""The files of a checkpoint: which are read, what they are digested to, whether they bring code."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from ptmrank_core.catalogue.formats import refuse_pointer
from ptmrank_core.catalogue.regular_files import digest_of, load_json, refuse_odd_files
from ptmrank_core.catalogue.weights import INDEX, weight_files
from ptmrank_core.errors import ModelNotFoundError, UnsupportedModelError
from ptmrank_core.records.foreign import unreadable_json

__all__ = [
    "CONFIG",
    "MODULES",
    "PROCESSOR",
    "PROCESSORS",
    "TOKENIZER_FILES",
    "brings_own_code",
    "content_revision",
    "is_needed",
    "may_be_read",
    "module_folders",
    "read_json",
]

CONFIG = "config.json"
MODULES = "modules.json"
PROCESSOR = "preprocessor_config.json"
PROCESSORS = (PROCESSOR, "processor_config.json", "video_preprocessor_config.json")
_TOKENIZERS = (
    "tokenizer.json tokenizer_config.json special_tokens_map.json added_tokens.json vocab.txt vocab.json "
    "merges.txt spiece.model sentencepiece.model sentencepiece.bpe.model tokenizer.model bpe.codes dict.txt "
    "source.spm target.spm prophetnet.tokenizer entity_vocab.json"
)
TOKENIZER_FILES = frozenset(_TOKENIZERS.split())
# Read by transformers beside these, where they are there.
_BESIDE = frozenset({"generation_config.json", "chat_template.jinja", "chat_template.json", "tekken.json"})
# These files of sentence-transformers repositories hold their pooling, prompt and maximum length.
_SENTENCE_FILES = re.compile(r"modules\.json|config_sentence_transformers\.json|sentence_\w+_config\.json")
_SENTENCE_MODULE = re.compile(r"[^/]+/(config\.json|model\.safetensors|sentence_\w+_config\.json)")
_STANDARD_MODULE = re.compile(r"\d+_\w+")
# What loading never reads: cards, pictures, code, records of a training, and weights in other formats.
_NEVER_READ = re.compile(
    r"\..*|(readme|licen[cs]e|notice|citation|changelog)(\..*)?|use_policy.*|trainer_state\.json"
    r"|(all|train|eval|predict|test)_results\.(json|txt)"
    r"|.*\.(md|rst|py|pyc|ipynb|sh|log|html|pdf|png|jpe?g|gif|svg|webp|mp4|wav|csv|tsv|parquet|npz|npy|zip|gz|tar"
    r"|bin|pt|pth|th|ckpt|h5|keras|msgpack|onnx|onnx_data|gguf|tflite|ot|pkl|joblib|mlmodel|xml|lock|safetensors)",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(modeling|modelling|configuration|tokenization|processing|image_processing|feature_extraction|custom)\w*\.py"
)

_AS_SAVED = "Expected a JSON object in UTF-8, as save_pretrained(folder) writes it: copy the file again."
# Files that can name a class in a file of the repository.
_MAY_NAME_CODE = (CONFIG, "tokenizer_config.json", *PROCESSORS)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of a checkpoint.

    Raises
    ------
    ModelNotFoundError
        If it is none.
    WeightsFormatError
        If Git LFS has not fetched it.
    """
    try:
        content = load_json(path)
    except (OSError, ValueError) as error:
        refuse_pointer(path, path.parent.name)
        raise ModelNotFoundError(
            f"{path} could not be read: {unreadable_json(error)}.", hint=_AS_SAVED
        ) from error
    if not isinstance(content, dict):
        raise ModelNotFoundError(f"{path} does not hold a JSON object.", hint=_AS_SAVED)
    return content


def is_needed(name: str, modules: Iterable[str] = ()) -> bool:
    """Whether a file of a repository, other than the weights, affects a model's features.

    Parameters
    ----------
    name
        ``file`` or ``folder/file``.
    modules
        Folders that ``modules.json`` names, where it was read already.
    """
    if name in {CONFIG, *PROCESSORS} | TOKENIZER_FILES | _BESIDE or _SENTENCE_FILES.fullmatch(name):
        return True
    folder, _, file = name.rpartition("/")
    if not _SENTENCE_MODULE.fullmatch(f"x/{file}"):
        return False
    return folder in modules or (
        _STANDARD_MODULE.fullmatch(folder) is not None and not file.startswith("sentence_")
    )


def module_folders(folder: Path, name: str) -> list[str]:
    """Return the folders that a repository of sentence-transformers keeps its modules in, relative to it.

    Raises
    ------
    UnsupportedModelError
        If ``modules.json`` cannot be read, or names a folder outside of the checkpoint.
    """
    if not (folder / MODULES).is_file():
        return []
    refuse_pointer(folder / MODULES, name)
    try:
        paths = _module_paths(load_json(folder / MODULES))
    except (OSError, ValueError) as error:
        raise UnsupportedModelError(
            f"{MODULES} of {name} could not be read: {unreadable_json(error)}.",
            hint="Expected a list of modules with type and path, as sentence-transformers writes it.",
        ) from error
    outside = [path for path in paths if _leads_outside(path)]
    if outside:
        raise UnsupportedModelError(
            f"{MODULES} of {name} names {outside[0]!r}, outside of the checkpoint: it is not read.",
            hint="Expected folders inside the checkpoint, such as 1_Pooling.",
        )
    return [path for path in paths if path]


def _module_paths(modules: Any) -> list[str]:
    """Return the folders that ``modules.json`` names.

    Raises
    ------
    ValueError
        If it is no list of objects with a path and a type.
    """
    if not modules:
        return []
    if not isinstance(modules, list):
        raise ValueError("it is no list of modules")  # noqa: TRY004 - the file is wrong, not the program
    for number, module in enumerate(modules):
        parts = module if isinstance(module, dict) else {}
        if not all(isinstance(parts.get(key), str) for key in ("path", "type")) or not parts["type"]:
            raise ValueError(f"module {number} is {module!r:.100}")
        if "\0" in parts["path"]:
            raise ValueError(f"module {number} has the path {parts['path']!r:.100}")
    return [module["path"] for module in modules]


def _leads_outside(path: str) -> bool:
    """Whether a path is absolute, or climbs; backslashes and drives count wherever the files are read."""
    pure = PurePosixPath(path.replace("\\", "/"))
    return pure.is_absolute() or ".." in pure.parts or ":" in path


def content_revision(folder: Path) -> str:
    """Return the SHA-256 (hex) of the files that determine a local model's features.

    Those are all that loading may read: every file of the folder but cards, code and weights in formats that
    are not read, the weights of its own format, and the files of the folders that ``modules.json`` names.
    """
    refuse_odd_files(folder, folder.name)
    modules = module_folders(folder, folder.name)
    named = [path for module in modules for path in (folder / module).glob("*")]
    templates = list(folder.glob("additional_chat_templates/*"))
    files = {
        path.relative_to(folder).as_posix(): path
        for path in (*folder.glob("*"), *folder.glob("*/*"), *named, *templates)
        if path.is_file()
    }
    refuse_odd_files(folder, folder.name, (*named, *templates))
    inside = set(named)
    small = sorted(
        name
        for name, path in files.items()
        if name == INDEX or path in inside or is_needed(name) or may_be_read(name)
    )
    weights = [path.name for path in weight_files(folder, folder.name)]
    digest = hashlib.sha256()
    for name in dict.fromkeys([*small, *weights]):
        digest.update(f"{name}={digest_of(files[name], f'{name} of {folder.name}')};".encode())
    return digest.hexdigest()


def may_be_read(name: str) -> bool:
    """Whether loading may read a file of the checkpoint itself; adapters are read beside the weights."""
    if name.startswith(("adapter", "additional_chat_templates/")):
        return True
    return "/" not in name and _NEVER_READ.fullmatch(name) is None


def brings_own_code(folder: Path, files: Iterable[str] = ()) -> bool:
    """Whether a checkpoint names code of its own, which is never run here, for its model or its input.

    Parameters
    ----------
    folder
        The checkpoint.
    files
        Names of the files of its repository, where not all of them are in the folder.
    """
    if any(_CODE.fullmatch(name) for name in (*files, *(path.name for path in folder.glob("*.py")))):
        return True
    if any(read_json(folder / name).get("auto_map") for name in _MAY_NAME_CODE if (folder / name).is_file()):
        return True
    return any(not kind.startswith("sentence_transformers.") for kind in _module_types(folder))


def _module_types(folder: Path) -> list[str]:
    if not (folder / MODULES).is_file():
        return []
    return [str(module["type"]) for module in load_json(folder / MODULES)]
