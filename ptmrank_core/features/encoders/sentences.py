"""Reading and pooling of a sentence-transformers repository, from ``modules.json`` and its folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.records import FloatArray, ModelSpec
from ptmrank_core.records.foreign import read_json_file, unreadable_json
from ptmrank_core.records.names import reason_of

__all__ = ["Dense", "SentenceRecipe", "read_sentence_recipe"]

MODULES = "modules.json"
# pooling mode of sentence-transformers, and its older switch -> our rule
MODES = {
    "cls": "cls",
    "max": "max",
    "mean": "mean",
    "mean_sqrt_len_tokens": "mean_sqrt_len",
    "weightedmean": "weighted_mean",
    "lasttoken": "last",
}
SWITCHES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len",
    "pooling_mode_weightedmean_tokens": "weighted_mean",
    "pooling_mode_lasttoken": "last",
}
AS_SAVED = "Copy the whole repository again, as sentence-transformers saved it."
ACTIVATIONS = ("Identity", "Tanh", "ReLU", "GELU", "SiLU", "Sigmoid")


@dataclass(frozen=True, eq=False, slots=True)
class Dense:
    """A dense layer after the pooling.

    Parameters
    ----------
    weight, bias
        Of shape (out, in) and (out,); ``None`` where it has no bias.
    activation
        Name of a class of ``torch.nn``.
    """

    weight: FloatArray
    bias: FloatArray | None
    activation: str


@dataclass(frozen=True, eq=False, slots=True)
class SentenceRecipe:
    """How a sentence-transformers repository reads and pools texts.

    Parameters
    ----------
    rules
        Pooling rules whose vectors are concatenated.
    layers
        Following layers: dense layers, and ``None`` for scaling to length 1.
    max_length
        Number of tokens that it reads; ``None`` if not stated.
    lower_case
        Whether texts are converted to lower case.
    prompt
        Text that is put before each text.
    """

    rules: tuple[str, ...]
    layers: tuple[Dense | None, ...] = ()
    max_length: int | None = None
    lower_case: bool = False
    prompt: str = ""


def read_sentence_recipe(spec: ModelSpec) -> SentenceRecipe | None:
    """Read the recipe of a repository; ``None`` if it has none.

    Raises
    ------
    UnsupportedModelError
        If it names a module that is not supported, or a folder outside of the checkpoint.
    """
    folder = Path(spec.path or "")
    if not (folder / MODULES).is_file():
        return None
    modules = read_json_file(folder / MODULES, marks=False).value  # checked before it got here
    rules: tuple[str, ...] = ()
    layers: list[Dense | None] = []
    settings: dict[str, Any] = {}
    for module in modules:
        kind, path = str(module["type"]).rsplit(".", 1)[-1], _inside(spec, folder, str(module["path"]))
        if kind == "Transformer":
            if module is not modules[0] or path.resolve() != folder.resolve():
                raise _unsupported(spec, f"a further transformer in {str(module['path'])!r}")
            settings = next((_read(p) for p in sorted(path.glob("sentence_*_config.json"))), {})
        elif kind == "Pooling":
            rules = _rules(spec, _read(path / "config.json"))
        elif kind == "Dense" and rules:
            layers.append(_dense(spec, path))
        elif kind == "Normalize":
            layers.append(None)
        elif kind != "Dropout":  # does nothing to a trained model
            raise _unsupported(spec, f"the module {kind!r}")
    if not rules:
        raise _unsupported(spec, "no pooling module")
    stated = settings.get("max_seq_length")
    max_length = stated if isinstance(stated, int) else None
    lower_case = bool(settings.get("do_lower_case"))
    return SentenceRecipe(rules, tuple(layers), max_length, lower_case, _prompt(folder))


def _inside(spec: ModelSpec, folder: Path, place: str) -> Path:
    """Find the folder of a module; links count as what they lead to."""
    path = folder / place
    if not path.resolve().is_relative_to(folder.resolve()):
        raise _unsupported(spec, f"the folder {place!r}, outside of it")
    return path


def _read(path: Path) -> dict[str, Any]:
    try:
        content = read_json_file(path, marks=False).value
    except (OSError, ValueError) as error:
        raise UnsupportedModelError(
            f"{path.parent.name}/{path.name} could not be read: {unreadable_json(error)}.", hint=AS_SAVED
        ) from error
    if not isinstance(content, dict):
        raise UnsupportedModelError(
            f"{path.parent.name}/{path.name} does not hold a JSON object.", hint=AS_SAVED
        )
    return content


def _unsupported(spec: ModelSpec, what: str) -> UnsupportedModelError:
    return UnsupportedModelError(
        f"{spec.id!r} is a sentence-transformers repository with {what}, which cannot be rebuilt here.",
        hint="Expected a transformer, a pooling, and dense or normalising layers with safetensors weights.",
    )


def _rules(spec: ModelSpec, config: dict[str, Any]) -> tuple[str, ...]:
    """Pooling rules, in the order in which sentence-transformers concatenates their vectors."""
    if not config.get("include_prompt", True) and _prompt(Path(spec.path or "")):
        raise _unsupported(spec, "a prompt that its pooling leaves out")
    if "pooling_mode" in config:
        modes = config["pooling_mode"]
        names = [modes] if isinstance(modes, str) else list(modes)
        unknown = [name for name in names if name not in MODES]
        if unknown:
            raise _unsupported(spec, f"the pooling mode {unknown[0]!r}")
        return tuple(MODES[name] for name in names)
    return tuple(rule for switch, rule in SWITCHES.items() if config.get(switch)) or ("mean",)


def _dense(spec: ModelSpec, folder: Path) -> Dense:
    config = _read(folder / "config.json")
    activation = str(config.get("activation_function", "torch.nn.modules.activation.Tanh")).rsplit(".", 1)[-1]
    if activation not in ACTIVATIONS:
        raise _unsupported(spec, f"the activation {activation!r} in a dense layer")
    if (
        config.get("use_residual")
        or config.get("module_input_name", "sentence_embedding") != "sentence_embedding"
    ):
        raise _unsupported(spec, "a dense layer of another kind (residual, or before the pooling)")
    if not (folder / "model.safetensors").is_file():
        raise _unsupported(spec, f"no {folder.name}/model.safetensors")
    try:
        weights = load_file(folder / "model.safetensors")
    except (OSError, SafetensorError) as error:
        raise _unsupported(spec, f"a damaged {folder.name}/model.safetensors ({reason_of(error)})") from error
    known = {"linear.weight", "linear.bias"}
    if "linear.weight" not in weights or set(weights) - known:
        raise _unsupported(spec, f"a dense layer of the weights {', '.join(sorted(weights))}")
    arrays = {name: tensor.float().numpy() for name, tensor in weights.items()}
    weight, bias = arrays["linear.weight"], arrays.get("linear.bias")
    if weight.ndim != 2 or not weight.size or (bias is not None and bias.shape != weight.shape[:1]):
        raise _unsupported(spec, f"a dense layer of the shape {list(weight.shape)}")
    return Dense(weight, bias, activation)


def _prompt(folder: Path) -> str:
    """Return the default prompt, which is put before every text."""
    path = folder / "config_sentence_transformers.json"
    config = _read(path) if path.is_file() else {}
    name = config.get("default_prompt_name")
    prompts = config.get("prompts")
    if name and not isinstance(name, str):
        raise UnsupportedModelError(
            f"{path.name} has the default_prompt_name {name!r:.100}; expected the name of a prompt.",
            hint=AS_SAVED,
        )
    return str(prompts.get(name) or "") if name and isinstance(prompts, dict) else ""
