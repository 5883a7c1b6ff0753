"""Loading a checkpoint of transformers from its folder. Imports torch and transformers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import AutoConfig, PreTrainedConfig
from transformers.utils import logging as transformers_logging

from ptmrank_core.errors import UnsupportedModelError, WeightsFormatError
from ptmrank_core.features import device as devices
from ptmrank_core.features.encoders.missing import refuse_random_weights
from ptmrank_core.features.planned_size import refuse_outgrown
from ptmrank_core.features.pooling import family_of
from ptmrank_core.records import ModelSpec
from ptmrank_core.records.names import reason_of

__all__ = ["ODD_CONFIG", "load_checkpoint", "load_config", "no_bars", "read_weights"]


# What classes of transformers raise on a config with a value that they cannot use.
ODD_CONFIG = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    StrictDataclassError,
    TypeError,
    ValueError,
)
# Where transformers looks for an adapter, which it would load beside the weights without being asked.
NO_FOLDER = os.devnull


@contextmanager
def no_bars() -> Iterator[None]:
    """Silence the progress bars of transformers, and its reports on weights, which are checked here.

    Progress is reported through events.
    """
    was_enabled, verbosity = (
        transformers_logging.is_progress_bar_enabled(),
        transformers_logging.get_verbosity(),
    )
    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        if was_enabled:
            transformers_logging.enable_progress_bar()


def load_config(spec: ModelSpec) -> Any:
    """Read a checkpoint's configuration, with the settings that its family's row overrides.

    Raises
    ------
    UnsupportedModelError
        If transformers does not know the family.
    """
    try:
        config = AutoConfig.from_pretrained(
            spec.path, trust_remote_code=False, local_files_only=True, **family_of(spec).config
        )
    except ODD_CONFIG as error:
        if "auto_map" in PreTrainedConfig.get_config_dict(spec.path, local_files_only=True)[0]:
            raise UnsupportedModelError(
                f"{spec.id!r} (family {spec.model_type!r}) needs its own code, which is never run here.",
                hint="Choose a model of a family that the installed transformers contains, or update "
                "transformers, which may contain it by now.",
            ) from error
        raise UnsupportedModelError(
            f"The configuration of {spec.id!r} (family {spec.model_type!r}) could not be read: "
            f"{reason_of(error)}.",
            hint="Expected a family that the installed transformers knows without code from the checkpoint, "
            "and values as model.save_pretrained(folder) writes them.",
        ) from error
    config._attn_implementation = None  # noqa: SLF001 - kernels are chosen here, not where it was trained
    return config


def load_checkpoint(
    spec: ModelSpec, loader: Any, dtype: torch.dtype, part: Callable[[Any], Any] | None = None
) -> Any:
    """Load a checkpoint; refuse one with weights missing, which would be initialised at random.

    Parameters
    ----------
    spec
        A model whose files are on disk.
    loader
        The Auto class that builds the model.
    dtype
        Number format of the weights.
    part
        Returns the submodule that runs, if it is not the whole model; the rest is dropped.

    Returns
    -------
    PreTrainedModel
        In evaluation mode, on the CPU.

    Raises
    ------
    WeightsFormatError
        If the weights cannot be read.
    UnsupportedModelError
        If the checkpoint lacks weights that its vectors or logits depend on, or transformers has no class of
        this kind for its family.
    """
    model, info = read_weights(spec, loader, load_config(spec), dtype)
    running = model if part is None else part(model)
    refuse_random_weights(spec, model, running, info)
    return running.eval()


def read_weights(
    spec: ModelSpec, loader: Any, config: Any, dtype: torch.dtype, **more: Any
) -> tuple[Any, dict[str, Any]]:
    """Build a model from a checkpoint's weights, whichever there are.

    Parameters
    ----------
    spec
        A model whose files are on disk.
    loader
        The Auto class that builds the model.
    config
        Its configuration.
    dtype
        Number format of the weights.
    more
        What ``from_pretrained`` takes besides.

    Returns
    -------
    model : PreTrainedModel
        On the CPU.
    info : dict
        Names of the weights that are missing, or of another shape, in the checkpoint.

    Raises
    ------
    WeightsFormatError
        If the weights cannot be read.
    UnsupportedModelError
        If transformers has no class of this kind for the family.
    """
    try:
        with no_bars():
            refuse_outgrown(spec, loader, config)
            model, info = loader.from_pretrained(
                spec.path,
                config=config,
                dtype=dtype,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                output_loading_info=True,
                adapter_kwargs={"subfolder": NO_FOLDER},
                ignore_mismatched_sizes=True,  # they are told by name and shape, and refused
                **more,
            )
    except ImportError as error:
        is_timm = spec.model_type == "timm_wrapper"
        raise UnsupportedModelError(
            f"{spec.id!r} needs a package that is not installed: {reason_of(error)}.",
            hint="pip install 'ptmrank[timm]'."
            if is_timm
            else "Install that package beside torch, or choose a model that does without it.",
        ) from error
    except (OSError, SafetensorError) as error:
        raise WeightsFormatError(
            f"The weights of {spec.id!r} could not be read: {reason_of(error)}.",
            hint="Expected an intact model.safetensors beside config.json.",
        ) from error
    except ODD_CONFIG as error:
        if devices.is_out_of_memory(error):
            raise
        reason = reason_of(error).partition("Model type should be one of")[0]  # all families that there are
        raise UnsupportedModelError(
            f"{spec.id!r} cannot be built from its config.json: {reason.strip().rstrip('.')}.",
            hint="Copy config.json and the weights from one and the same model, or choose another model.",
        ) from error
    return model, info
