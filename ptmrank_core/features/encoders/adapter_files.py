"""The files of an adapter: its settings, and its tensors under the names that transformers has today.

Imports torch and transformers, and peft when they are read.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from transformers.conversion_mapping import get_model_conversion_mapping
from transformers.core_model_loading import WeightRenaming

from ptmrank_core.errors import UnsupportedModelError, WeightsFormatError
from ptmrank_core.records.foreign import read_json_file
from ptmrank_core.records.names import reason_of

__all__ = ["MERGE_THERE", "AdapterTensors", "quiet", "read_settings", "read_tensors", "retarget"]

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
PREFIX = "base_model.model."
# Settings of the layers of another library, which peft would import by the name that the adapter gives.
FOREIGN = ("megatron_config",)
MERGE_THERE = "Update peft, or merge it where it was trained: model.merge_and_unload()."


@contextmanager
def quiet() -> Iterator[None]:
    """Silence remarks of peft on what is checked here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_settings(name: str, folder: Path) -> Any:
    """Read the settings of an adapter.

    Parameters
    ----------
    name
        The adapter in messages.
    folder
        Folder of its files.

    Returns
    -------
    PeftConfig
        As peft reads it.

    Raises
    ------
    UnsupportedModelError
        If it cannot be merged into weights.
    """
    from peft import PEFT_TYPE_TO_CONFIG_MAPPING  # noqa: PLC0415 - an extra

    raw = read_json_file(folder / CONFIG, marks=False).value
    kind = str(raw.get("peft_type"))
    config_class = PEFT_TYPE_TO_CONFIG_MAPPING.get(kind)
    if config_class is None:
        raise UnsupportedModelError(
            f"The adapter {name!r} is of a method that the installed peft does not know: {kind}.",
            hint=MERGE_THERE,
        )
    if any(raw.get(field) for field in FOREIGN):
        raise UnsupportedModelError(
            f"The adapter {name!r} ({kind}) is of layers of Megatron, which are not read here.",
            hint=MERGE_THERE,
        )
    with quiet():
        config = config_class.from_pretrained(str(folder))
    if config.is_prompt_learning or config.is_adaption_prompt:
        raise UnsupportedModelError(
            f"The adapter {name!r} ({kind}) adds to the input and not to weights, so it cannot be merged.",
            hint="Rank its base model as it is, or rank it through a function of your own.",
        )
    config.inference_mode = True
    return config


def read_tensors(name: str, folder: Path, config: Any) -> AdapterTensors:
    """Read the weights of an adapter.

    Raises
    ------
    WeightsFormatError
        If they are not there, or damaged.
    """
    from peft.mapping import PEFT_TYPE_TO_PREFIX_MAPPING  # noqa: PLC0415 - an extra

    try:
        tensors = load_file(folder / WEIGHTS)
    except (OSError, SafetensorError) as error:
        raise WeightsFormatError(
            f"The weights of the adapter {name!r} could not be read: {reason_of(error)}.",
            hint=f"Expected an intact {WEIGHTS} beside {CONFIG}.",
        ) from error
    return AdapterTensors.of(tensors, PEFT_TYPE_TO_PREFIX_MAPPING[config.peft_type])


@dataclass(frozen=True, eq=False, slots=True)
class AdapterTensors:
    """What an adapter holds.

    Parameters
    ----------
    tensors
        As in its file, without the prefix of peft: ``MODULE.lora_A.weight``, or ``MODULE.weight`` of a module
        that it replaces.
    mark
        What the names of its own tensors begin with behind the module: ``"lora_"``.
    """

    tensors: Mapping[str, Any]
    mark: str

    @classmethod
    def of(cls, tensors: Mapping[str, Any], mark: str) -> AdapterTensors:
        """Take the tensors of a file."""
        return cls({name.removeprefix(PREFIX): own for name, own in tensors.items()}, mark)

    @property
    def of_peft(self) -> dict[str, Any]:
        """The tensors by the names that peft reads."""
        return {f"{PREFIX}{name}": own for name, own in self.tensors.items()}

    @property
    def changed(self) -> list[str]:
        """The modules that get an adapter."""
        return sorted({self._module_of(name) for name in self.tensors if f".{self.mark}" in name})

    def _module_of(self, name: str) -> str:
        module, mark, _ = name.partition(f".{self.mark}")
        return module if mark else name.rpartition(".")[0]

    def fits(self, model: Any) -> bool:
        """Whether a model has every module that is changed or replaced."""
        modules = {name for name, _ in model.named_modules()}
        return {self._module_of(name) for name in self.tensors} <= modules

    def renamed(self, model: Any) -> AdapterTensors:
        """Name the modules as transformers does today, by its own rules for weights of former releases."""
        modules = {self._module_of(name) for name in self.tensors}
        today = _renamed(model, modules)
        tensors = {
            today[module] + name.removeprefix(module): own
            for name, own in self.tensors.items()
            for module in (self._module_of(name),)
        }
        return replace(self, tensors=tensors)


def _renamed(model: Any, modules: Iterable[str]) -> dict[str, str]:
    """Apply the rules for weights that were only renamed."""
    rules = [rule for rule in get_model_conversion_mapping(model) if isinstance(rule, WeightRenaming)]
    found = {}
    for module in modules:
        name = f"{module}.weight"
        for rule in rules:
            name = rule.rename_source_key(name)[0]
        found[module] = name.removesuffix(".weight")
    return found


def retarget(config: Any, former: AdapterTensors, today: AdapterTensors) -> None:
    """Let the settings of an adapter mean the modules under their names of today."""
    pairs = dict(zip(_in_order(former), _in_order(today), strict=True))
    for field in ("rank_pattern", "alpha_pattern"):
        patterns = getattr(config, field, None) or {}
        given = {new: _first_match(patterns, old) for old, new in pairs.items()}
        setattr(config, field, {re.escape(new): own for new, own in given.items() if own is not None})
    for field in ("layers_to_transform", "layers_pattern", "exclude_modules"):
        if hasattr(config, field):
            setattr(config, field, None)
    config.target_modules = "|".join(map(re.escape, sorted(pairs.values())))


def _in_order(tensors: AdapterTensors) -> list[str]:
    """List the changed modules in the order of the file."""
    names = [name for name in tensors.tensors if f".{tensors.mark}" in name]
    return list(dict.fromkeys(name.partition(f".{tensors.mark}")[0] for name in names))


def _first_match(patterns: Mapping[str, Any], module: str) -> Any:
    """Look a module up in patterns, as peft does."""
    return next((own for key, own in patterns.items() if re.match(rf"(.*\.)?({key})$", module)), None)
